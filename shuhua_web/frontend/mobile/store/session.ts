/** Who is signed in. A session that ended leaves everything where it is; only signing in as somebody else clears the records. */
import { reactive } from "vue";
import { ask, caller, Problem } from "../api/client";
import type { Session, User } from "../api/records";
import { database, setSetting, setting } from "./database";
import { PERIODS } from "./periods";

/** What is kept of a person beside their records. */
const PERSONAL = ["cursor", "synced", "completed", "read_in", "tables", "repairers", "due", "checklists", ...PERIODS.map((kind) => `figures/${kind}`)];

interface State {
  user: User | null;
  /** The token is no longer taken: what was stored can be read, and nothing is sent until the person signs in again. */
  expired: boolean;
  device: string;
}

export const session = reactive<State>({ user: null, expired: false, device: "" });

export const may = (permission: string): boolean => session.user?.permissions.includes(permission) ?? false;

/** What was kept from the last time. */
export async function restore(): Promise<void> {
  const kept = await setting<Session>("session");
  session.device = (await setting<string>("device")) ?? deviceName();
  if (kept) {
    caller.token = kept.token;
    // Whether it still holds the server says: a phone's clock may be years off.
    session.user = kept.user;
  }
}

/** Raises Problem or Unreachable. */
export async function signIn(login: string, password: string, device: string, otp = ""): Promise<void> {
  const sent = { login, password, device, ...(otp ? { otp } : {}) };
  const { status, body } = await ask("POST", "/session", { body: sent, anonymous: true });
  if (status !== 201) {
    throw new Problem(status, body);
  }
  const opened = body as unknown as Session;
  const owner = await setting<number>("owner");
  if (owner !== opened.user.id) {
    // Another person: nothing that the one before could see. What waits to be sent stays, and stays theirs.
    await forget();
  }
  await setSetting("owner", opened.user.id);
  await setSetting("session", opened);
  await setSetting("device", device);
  caller.token = opened.token;
  Object.assign(session, { user: opened.user, expired: false, device });
}

/** The server no longer takes the token. */
export function expire(): void {
  if (session.user !== null) {
    session.expired = true;
  }
}

/** Ends the session here and, where it can be reached, at the server. */
export async function signOut(): Promise<void> {
  await dropSubscription();
  await ask("DELETE", "/session").catch(() => undefined);
  caller.token = null;
  Object.assign(session, { user: null, expired: false });
  await Promise.all(["session", "owner", "push"].map((name) => setSetting(name, undefined)));
  await forget();
}

/** Takes away what only the person who was signed in may see. */
async function forget(): Promise<void> {
  await Promise.all([database.records.clear(), database.pictures.clear(), ...PERSONAL.map((name) => setSetting(name, undefined))]);
}

/** Who signs out gets no more messages here, also where the server cannot be told. */
export async function dropSubscription(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration?.("/m/").catch(() => undefined);
  const known = await registration?.pushManager?.getSubscription().catch(() => null);
  await known?.unsubscribe().catch(() => false);
}

function deviceName(): string {
  const agent = navigator.userAgent;
  const system = /iPhone|iPad|Android|Windows|Macintosh|Linux/.exec(agent)?.[0] ?? "";
  return [system, /MicroMessenger/.test(agent) ? "WeChat" : ""].filter(Boolean).join(" ");
}
