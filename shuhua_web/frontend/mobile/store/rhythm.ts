/** When the phone reads and sends: on opening, when the network or the person comes back, and every minute while it is seen. */
import { watch } from "vue";
import { complete } from "./complete";
import { begin, flush, queue, sending, tidy } from "./outbox";
import { room } from "./files";
import { lookAtPush, push } from "./push";
import { session } from "./session";
import { afterItem, keepAnswer, sync, synchronise } from "./sync";
import { prepare } from "./updates";

const MINUTE = 60_000;
let prepared = false;

export async function keepFresh(): Promise<void> {
  await begin({ answered: keepAnswer, settled: afterItem });
  await tidy();
  void room();
  watch(
    () => [session.user?.id, session.expired],
    () => void freshen(),
    { immediate: true },
  );
  addEventListener("online", () => void freshen());
  addEventListener("news", () => void freshen());
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
  const wasOffline = sync.offline || sending.pause === "unreachable";
  const reached = await synchronise(everything);
  if (reached) {
    if (push.state === "unknown") {
      void lookAtPush().catch(() => undefined);
    }
    if (wasOffline) {
      await queue.hurry();
    }
    flush();
    if (!prepared || everything) {
      // Once for each start: what a bad line kept from being kept is fetched now.
      prepared = true;
      await prepare();
    }
    await complete();
  }
}
