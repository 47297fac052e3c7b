/** The service worker seen from the page: that it is there, that a new version waits, and letting it in. */
import { reactive } from "vue";
import { go } from "../router";
import { saveNow } from "./drafts";

export const updates = reactive<{ waiting: ServiceWorker | null }>({ waiting: null });
let entering = false;

/** Registers the worker; without one (an in-app browser) the app works online and keeps its drafts. */
export async function register(): Promise<void> {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!container) {
    return;
  }
  container.addEventListener("controllerchange", () => {
    if (entering) {
      location.reload();
    }
  });
  container.addEventListener("message", (event: MessageEvent<{ kind?: string; place?: string }>) => {
    if (event.data.kind === "go" && event.data.place) {
      go(event.data.place);
    } else if (event.data.kind === "news") {
      dispatchEvent(new Event("news"));
    }
  });
  try {
    const registration = await container.register("/m/sw.js", { scope: "/m/", updateViaCache: "none" });
    const look = (worker: ServiceWorker | null): void => {
      worker?.addEventListener("statechange", () => {
        if (worker.state === "installed" && container.controller) {
          updates.waiting = worker;
        }
      });
    };
    if (registration.waiting && container.controller) {
      updates.waiting = registration.waiting;
    }
    look(registration.installing);
    registration.addEventListener("updatefound", () => look(registration.installing));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") {
        void registration.update().catch(() => undefined);
      }
    });
  } catch (error) {
    console.warn(String(error));
  }
}

/** Keeps scanner and map for later, once the first records are there. */
export async function prepare(): Promise<void> {
  const registration = await navigator.serviceWorker?.ready;
  registration?.active?.postMessage({ kind: "prepare" });
  // So that the phone does not clear what waits to be sent when it needs room.
  await navigator.storage?.persist?.().catch(() => false);
}

/** The person lets the new version in: what was typed is on disk first. */
export async function enter(): Promise<void> {
  await saveNow();
  entering = true;
  updates.waiting?.postMessage({ kind: "enter" });
}
