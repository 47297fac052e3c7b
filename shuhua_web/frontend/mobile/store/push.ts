/** Messages while the app is closed: whether this phone can get them, and its subscription at the server. */
import { reactive } from "vue";
import { ask, Problem, read } from "../api/client";
import { setSetting, setting } from "./database";
import { dropSubscription, session } from "./session";

/**
 * `absent`: the server sends none. `in_app`: a browser inside another app, which has none. `install`: only once the app is on the
 * home screen (iOS). `unsupported`: this browser has none. `denied`: the person said no, or the phone's settings do.
 */
export type PushState = "unknown" | "absent" | "in_app" | "install" | "unsupported" | "denied" | "off" | "on" | "failed";

export const push = reactive<{ state: PushState; busy: boolean }>({ state: "unknown", busy: false });

interface Channel {
  name: string;
  devices: boolean;
  public: Record<string, string>;
}

interface Offer {
  channel: string;
  key: string;
}

/** What stands in the way on this phone, whatever the server offers. */
function obstacle(): PushState | null {
  const agent = navigator.userAgent;
  if (/MicroMessenger|DingTalk|Lark|QQ\//.test(agent)) {
    return "in_app";
  }
  const supported = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!supported) {
    const apple = /iPhone|iPad/.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1);
    return apple && !matchMedia("(display-mode: standalone)").matches ? "install" : "unsupported";
  }
  return Notification.permission === "denied" ? "denied" : null;
}

/** Looks how it stands, and tells the server again where this phone is reached: it may have forgotten, or the key is another. */
export async function lookAtPush(): Promise<void> {
  const found = obstacle();
  if (found !== null) {
    push.state = found;
    return;
  }
  const offer = await offered();
  if (offer === null) {
    push.state = "absent";
    return;
  }
  const wanted = (await setting<number>("push")) === session.user?.id;
  if (!wanted || Notification.permission !== "granted") {
    push.state = "off";
    return;
  }
  await subscribe(offer);
}

/** The person pressed the button: asks for permission, which browsers only let people's own presses do. */
export async function turnOn(): Promise<void> {
  push.busy = true;
  try {
    // First of all, while the press still counts as one.
    const answer = await Notification.requestPermission();
    if (answer !== "granted") {
      push.state = answer === "denied" ? "denied" : "off";
      return;
    }
    const offer = await offered();
    if (offer === null) {
      push.state = "absent";
      return;
    }
    await setSetting("push", session.user?.id);
    await subscribe(offer);
  } finally {
    push.busy = false;
  }
}

export async function turnOff(): Promise<void> {
  push.busy = true;
  try {
    await setSetting("push", undefined);
    await dropSubscription();
    await ask("DELETE", "/push-subscription").catch(() => undefined);
    push.state = "off";
  } finally {
    push.busy = false;
  }
}

/** The first channel of the server that works by Web Push. */
async function offered(): Promise<Offer | null> {
  try {
    const { capabilities } = await read<{ capabilities: { notification_channels: Channel[] } }>("/");
    const found = capabilities.notification_channels.find((each) => each.devices && each.public["application_server_key"]);
    return found ? { channel: found.name, key: found.public["application_server_key"] ?? "" } : null;
  } catch (error) {
    if (error instanceof Problem) {
      return null;
    }
    throw error;
  }
}

async function subscribe({ channel, key }: Offer): Promise<void> {
  try {
    const { pushManager } = await navigator.serviceWorker.ready;
    let subscription = await pushManager.getSubscription();
    if (subscription && keyOf(subscription) !== key) {
      // Made for another key: the push service would refuse what is sent there.
      await subscription.unsubscribe();
      subscription = null;
    }
    subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
    const { endpoint, keys } = subscription.toJSON();
    const { status, body } = await ask("PUT", "/push-subscription", { body: { channel, endpoint, keys } });
    if (status !== 200) {
      throw new Problem(status, body);
    }
    push.state = "on";
  } catch (error) {
    // The phone's push service cannot be reached, as often in China, or the server does not take it.
    console.warn(String(error));
    push.state = Notification.permission === "denied" ? "denied" : "failed";
  }
}

function keyOf(subscription: PushSubscription): string {
  const key = subscription.options.applicationServerKey;
  const text = key ? btoa(String.fromCharCode(...new Uint8Array(key))) : "";
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function bytes(key: string): Uint8Array<ArrayBuffer> {
  const text = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (each) => each.charCodeAt(0));
}
