/** When the phone reads and sends: on opening, when the network or the person comes back, and every minute while it is seen. */
import { watch } from "vue";
import { begin, flush, queue, sending, tidy } from "./outbox";
import { session } from "./session";
import { afterItem, sync, synchronise } from "./sync";
import { prepare } from "./updates";

const MINUTE = 60_000;

export async function keepFresh(): Promise<void> {
  await begin(afterItem);
  await tidy();
  watch(
    () => [session.user?.id, session.expired],
    () => void freshen(),
    { immediate: true },
  );
  addEventListener("online", () => void freshen());
  addEventListener("offline", () => {
    sync.offline = true;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      void freshen();
    }
  });
  setInterval(() => {
    if (document.visibilityState === "visible") {
      void freshen();
    }
  }, MINUTE);
}

/** Sends what waits, then reads what is new. */
export async function freshen(everything = false): Promise<void> {
  const first = sync.syncedAt === 0;
  const wasOffline = sync.offline || sending.pause === "unreachable";
  const reached = await synchronise(everything);
  if (reached) {
    if (wasOffline) {
      await queue.hurry();
    }
    flush();
    if (first || everything) {
      await prepare();
    }
  }
}
