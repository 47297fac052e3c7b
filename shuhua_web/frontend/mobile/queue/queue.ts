/**
 * The queue of what was done and has not reached the server. Each step is on disk before the next begins, so that it may be
 * killed anywhere: what was sent without an answer is sent again under the same key, and has one effect.
 */
import { blobsOf, dependents, filled, isOver, needs, nextOf } from "./order.ts";
import type { Answer, Item, ItemStore, Json, JsonObject, Refusal, Sender } from "./types.ts";

/** Why the queue stands still, or that it need not. */
export type Pause = "none" | "sign_in" | "unreachable";

export interface Making {
  id: string;
  owner: number;
  lane: string;
  action: string;
  title: string;
  path: string;
  body: JsonObject;
  method?: "POST" | "PATCH";
  version?: number | null;
}

const LONGEST_WAIT = 10 * 60_000;
const TEMPORARY = new Set([408, 425, 429, 500, 502, 503, 504, 507]);

/** A new item, as it goes to disk. `seq` is above all others. */
export function make(making: Making, seq: number, now: number): Item {
  return {
    method: "POST",
    version: null,
    ...making,
    seq,
    madeAt: new Date(now).toISOString(),
    state: "waiting",
    attempts: 0,
    notBefore: 0,
    refusal: null,
    outcome: null,
  };
}

export class Queue {
  pause: Pause = "none";
  private store: ItemStore;
  private sender: Sender;
  private clock: () => number;

  constructor(store: ItemStore, sender: Sender, clock: () => number) {
    this.store = store;
    this.sender = sender;
    this.clock = clock;
  }

  /** Sends until nothing more can go. Tells of each item that came to an answer. */
  async run(owner: number | null, told: (item: Item) => Promise<void> | void): Promise<void> {
    this.pause = "none";
    for (;;) {
      const item = nextOf(await this.store.all(), owner, this.clock());
      if (item === null) {
        return;
      }
      await this.sendOne(item);
      await told((await this.store.get(item.id)) ?? item);
      if (this.pause !== "none") {
        return;
      }
    }
  }

  private async sendOne(item: Item): Promise<void> {
    const media = new Map<string, number>();
    for (const blob of blobsOf(item)) {
      const uploaded = await this.sender.upload(blob);
      if (uploaded.kind !== "stored") {
        await this.settle(item, uploaded, true);
        return;
      }
      media.set(blob, uploaded.media);
    }
    const made = new Map<string, number>();
    for (const id of needs(item)) {
      made.set(id, (await this.store.get(id))?.outcome?.id ?? 0);
    }
    const { path, body } = filled(item, media, made);
    // On disk before it is sent: after a crash nobody knows whether it arrived.
    const sent: Item = { ...item, state: "sending" };
    await this.store.put(sent);
    const answer = await this.sender.send(sent, path, body);
    await this.settle(sent, answer, false);
  }

  private async settle(item: Item, answer: Answer, ofUpload: boolean): Promise<void> {
    // The person may have decided meanwhile in another window.
    const present = (await this.store.get(item.id)) ?? item;
    if (isOver(present)) {
      return;
    }
    const next = this.after(item, answer, ofUpload);
    // Where something builds on what a manager has carried out, its number is needed, and only its own answer tells it.
    const missed = next.state === "done" && next.outcome === null && dependents(item, await this.store.all()).length > 0;
    await this.store.put(missed ? { ...next, state: "quarantined" } : next);
  }

  private after(item: Item, answer: Answer, ofUpload: boolean): Item {
    if (answer.kind === "unreachable") {
      this.pause = "unreachable";
      return this.later(item, null);
    }
    const { status, body } = answer;
    if (status >= 200 && status < 300 && !ofUpload) {
      return { ...item, state: "done", refusal: null, outcome: outcomeOf(body) };
    }
    if (status === 403 && body["code"] === "quarantined" && body["state"] === "applied") {
      // A manager has carried it out meanwhile.
      return { ...item, state: "done", refusal: null, outcome: null };
    }
    if (status === 401) {
      this.pause = "sign_in";
      return { ...item, state: "waiting" };
    }
    if (TEMPORARY.has(status) || body["code"] === "key_in_flight" || (ofUpload && status < 300)) {
      return this.later(item, answer.retryAfter);
    }
    return { ...item, state: stateAfter(status, body), refusal: refusalOf(status, body) };
  }

  private later(item: Item, retryAfter: number | null): Item {
    const attempts = item.attempts + 1;
    const wait = retryAfter === null ? Math.min(LONGEST_WAIT, 2_000 * 2 ** Math.min(attempts, 12)) : retryAfter * 1000;
    return { ...item, state: "waiting", attempts, notBefore: this.clock() + wait };
  }

  /** What was sent when the app was killed waits again. To be called before the first `run`. */
  async recover(): Promise<void> {
    for (const item of await this.store.all()) {
      if (item.state === "sending") {
        await this.store.put({ ...item, state: "waiting" });
      }
    }
  }

  /** The network is back: nobody has to wait for a time that was set when it was gone. */
  async hurry(): Promise<void> {
    for (const item of await this.store.all()) {
      if (item.state === "waiting" && item.notBefore > 0) {
        await this.store.put({ ...item, notBefore: 0 });
      }
    }
  }

  /** The person asks to try again. The key stays: if the server has carried it out after all, it tells so. */
  async retry(id: string): Promise<void> {
    const item = await this.store.get(id);
    if (item && !isOver(item)) {
      await this.store.put({ ...item, state: "waiting", notBefore: 0, refusal: null });
    }
  }

  /**
   * The person has changed what the server refused. It becomes another request, so it takes another key; its place stays.
   * Nothing that waits or was sent may be changed so, since nobody knows whether the server has it. Tells whether it was.
   * `version`: the one that the person has seen now, for a PATCH.
   */
  async amend(id: string, newId: string, body: JsonObject, version?: number): Promise<boolean> {
    const item = await this.store.get(id);
    if (!item || (item.state !== "refused" && item.state !== "conflict")) {
      return false;
    }
    const seen = version ?? item.version;
    await this.store.put({ ...item, id: newId, body, version: seen, state: "waiting", notBefore: 0, attempts: 0, refusal: null });
    await this.store.put({ ...item, state: "dropped" });
    for (const each of await this.store.all()) {
      if (!isOver(each) && needs(each).includes(id)) {
        await this.store.put(renamed(each, id, newId));
      }
    }
    return true;
  }

  /** The person gives it up, and with it what builds on it. Gives what is gone. */
  async drop(id: string): Promise<Item[]> {
    const item = await this.store.get(id);
    if (!item || item.state === "done" || item.state === "sending") {
      return [];
    }
    const gone = [item, ...dependents(item, await this.store.all())];
    for (const each of gone) {
      await this.store.put({ ...each, state: "dropped" });
    }
    return gone;
  }
}

function renamed(item: Item, id: string, newId: string): Item {
  const text = JSON.stringify([item.path, item.body]).replaceAll(id, newId);
  const [path, body] = JSON.parse(text) as [string, JsonObject];
  return { ...item, path, body };
}

function stateAfter(status: number, body: JsonObject): Item["state"] {
  if (status === 404 || status === 403) {
    return "quarantined";
  }
  return status === 412 || (status === 409 && body["code"] !== "key_in_flight") ? "conflict" : "refused";
}

function refusalOf(status: number, body: JsonObject): Refusal {
  const errors = body["errors"];
  const byField = errors !== null && typeof errors === "object" && !Array.isArray(errors) ? errors : {};
  return {
    status,
    code: text(body["code"]) ?? `http_${status}`,
    // The detail is about this record; the title says no more than its code.
    title: text(body["detail"]) ?? text(body["title"]) ?? "",
    errors: Object.fromEntries(Object.entries(byField ?? {}).map(([field, said]) => [field, flat(said)])),
    state: text(body["state"]),
  };
}

function outcomeOf(body: JsonObject): Item["outcome"] {
  const id = body["id"];
  return { id: typeof id === "number" ? id : null, number: text(body["number"]), state: text(body["state"]) };
}

function text(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function flat(said: Json): string {
  return Array.isArray(said) ? said.map(flat).join(" ") : String(said);
}
