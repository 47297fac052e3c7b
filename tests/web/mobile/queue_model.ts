/**
 * The phone's queue against a model: a server that keeps keys as ours does, a line that loses requests and answers, a phone that
 * is killed at any step. Whatever happens, what the person did is at the server exactly once, in its order, or still on the phone.
 *
 *     node queue_model.ts <sequences> <seed> [planted bug]
 */
import assert from "node:assert/strict";
import { isOver, isStuck, needs } from "../../../shuhua_web/frontend/mobile/queue/order.ts";
import { make, Queue } from "../../../shuhua_web/frontend/mobile/queue/queue.ts";
import type { Answer, Item, ItemStore, JsonObject, Sender, Uploaded } from "../../../shuhua_web/frontend/mobile/queue/types.ts";

const [sequences = "200", seed = "1", bug = ""] = process.argv.slice(2);
const STEPS = 50;
const OWNER = 7;

class Killed extends Error {}

/** Numbers that come again with the same seed. */
function dice(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The server's side: one effect a key, files by content, rights that may end. */
class Server {
  effects: { key: string; lane: string; path: string; text: string }[] = [];
  answers = new Map<string, { text: string; body: JsonObject }>();
  files = new Map<number, string>();
  revoked = new Set<string>();
  /** What came when the right to it had ended, by key, until a manager has carried it out. */
  held = new Map<string, { lane: string; path: string; text: string }>();
  byManager = new Set<string>();
  signedOut = false;
  private ids = 100;

  store(bytes: string): number {
    this.ids += 1;
    this.files.set(this.ids, bytes);
    return this.ids;
  }

  carryOut(key: string, lane: string, path: string, body: JsonObject, refuse: number): Answer {
    const answer = (status: number, found: JsonObject): Answer => ({ kind: "answer", status, body: found, retryAfter: null });
    if (this.signedOut) {
      return answer(401, { code: "not_signed_in" });
    }
    const text = JSON.stringify(body);
    if (this.revoked.has(lane) && this.byManager.has(key)) {
      return answer(403, { code: "quarantined", state: "applied" });
    }
    const known = this.answers.get(key);
    if (known) {
      return known.text === text ? answer(200, known.body) : answer(422, { code: "key_reused" });
    }
    if (this.revoked.has(lane)) {
      if (refuse < 0.5 || this.held.has(key)) {
        this.held.set(key, { lane, path, text });
        return answer(403, { code: "quarantined", state: "waiting" });
      }
      return answer(404, { code: "not_found" });
    }
    if (refuse < 0.06) {
      this.held.delete(key); // its sender knows now, and decides
      return refuse < 0.02 ? answer(409, { code: "wrong_state", state: "closed" }) : answer(422, { code: "invalid", errors: { text: "wrong" } });
    }
    if (refuse < 0.12) {
      return answer(refuse < 0.09 ? 503 : 409, { code: refuse < 0.09 ? "busy" : "key_in_flight" });
    }
    return answer(201, this.effect(key, lane, path, text));
  }

  private effect(key: string, lane: string, path: string, text: string): JsonObject {
    this.ids += 1;
    const made = { id: this.ids, state: "done" };
    this.answers.set(key, { text, body: made });
    this.effects.push({ key, lane, path, text });
    return made;
  }

  /** A manager carries out what waits. Under the key of the one who sent it, so not what has come by itself since. */
  manage(): void {
    for (const [key, { lane, path, text }] of this.held) {
      if (!this.answers.has(key) || bug === "managed_twice") {
        this.effect(key, lane, path, text);
      }
      this.byManager.add(key);
    }
    this.held.clear();
  }
}

/** The phone's disk: what was put is there after a crash; nothing else is. */
class Disk implements ItemStore {
  items = new Map<string, Item>();
  private mayDie: () => void;

  constructor(mayDie: () => void) {
    this.mayDie = mayDie;
  }

  async all(): Promise<Item[]> {
    return [...this.items.values()].map((item) => structuredClone(item));
  }

  async get(id: string): Promise<Item | undefined> {
    return structuredClone(this.items.get(id));
  }

  async put(item: Item): Promise<void> {
    this.mayDie();
    this.items.set(item.id, structuredClone(item));
    this.mayDie();
  }
}

async function sequence(from: number): Promise<void> {
  const random = dice(from);
  const pick = <T>(values: T[]): T | undefined => values[Math.floor(random() * values.length)];
  const server = new Server();
  let now = 1_000_000;
  let dying = false;
  let online = true;
  let made = 0;
  const mayDie = (): void => {
    if (dying && random() < 0.15) {
      throw new Killed();
    }
  };
  const disk = new Disk(mayDie);
  const kept = new Map<string, string>();
  const uploaded = new Map<string, number>();
  const intents = new Map<string, { seq: number; lane: string; droppedBy: "person" | null }>();

  const sender: Sender = {
    async upload(blob: string): Promise<Uploaded> {
      mayDie();
      if (!online || random() < 0.1) {
        return bug === "unstored_file" ? { kind: "stored", media: 1 } : { kind: "unreachable" };
      }
      const bytes = kept.get(blob);
      assert.ok(bytes !== undefined, "the bytes of an unsent item are on the phone");
      const media = uploaded.get(blob) ?? server.store(bytes);
      uploaded.set(blob, media);
      return { kind: "stored", media };
    },
    async send(item: Item, path: string, body: JsonObject): Promise<Answer> {
      mayDie();
      if (!online || random() < 0.1) {
        return bug === "done_unheard" ? { kind: "answer", status: 201, body: { id: 1 }, retryAfter: null } : { kind: "unreachable" };
      }
      const key = bug === "fresh_key" ? `${item.id}-${random()}` : item.id;
      const answer = server.carryOut(key, item.lane, path, body, random());
      // The server has it; its answer may be lost, and the phone may die before it is read.
      mayDie();
      return random() < 0.15 ? { kind: "unreachable" } : answer;
    },
  };
  const start = (): Queue => new Queue(disk, sender, () => now);
  let queue = start();

  const enqueue = (): void => {
    const items = [...disk.items.values()];
    const parent = random() < 0.25 ? pick(items.filter((item) => !isOver(item) && item.path === "/records")) : undefined;
    const id = uuid(random);
    const lane = parent && random() < 0.5 ? `record/${parent.id}` : `record/${Math.floor(random() * 4)}`;
    const blob = random() < 0.4 ? uuid(random) : null;
    made += 1;
    if (blob) {
      kept.set(blob, `bytes of ${blob}`);
    }
    const body: JsonObject = { n: made, ...(blob ? { media_ids: [{ $media: blob }] } : {}), ...(parent ? { parent: { $item: parent.id } } : {}) };
    const path = parent && random() < 0.5 ? `/records/{item:${parent.id}}/actions/a` : random() < 0.5 ? "/records" : "/records/1/actions/b";
    // What the person did and what is to be sent are one write: either both are there or neither.
    const item = make({ id, owner: OWNER, lane, action: "a", title: "", path, body }, made, now);
    disk.items.set(id, structuredClone(item));
    intents.set(id, { seq: made, lane, droppedBy: null });
  };

  const run = async (): Promise<void> => {
    await queue.run(OWNER, (item) => {
      if (bug === "lose_refused" && item.state === "refused") {
        disk.items.delete(item.id);
      }
    });
  };

  const crashing = async (work: () => Promise<unknown>, may: boolean): Promise<void> => {
    dying = may;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Killed)) {
        throw error;
      }
      dying = false;
      queue = start();
      await queue.recover();
    } finally {
      dying = false;
    }
  };

  for (let step = 0; step < STEPS; step += 1) {
    const chance = random();
    now += Math.floor(random() * 60_000);
    const items = [...disk.items.values()];
    if (chance < 0.4) {
      enqueue();
    } else if (chance < 0.65) {
      await crashing(run, random() < 0.4);
    } else if (chance < 0.72) {
      online = !online;
      await queue.hurry();
    } else if (chance < 0.76) {
      server.signedOut = !server.signedOut;
    } else if (chance < 0.79) {
      server.revoked.add(`record/${Math.floor(random() * 4)}`);
    } else if (chance < 0.82) {
      server.revoked.clear();
    } else if (chance < 0.88) {
      const stuck = pick(items.filter(isStuck));
      if (stuck) {
        await queue.retry(stuck.id);
      }
    } else if (chance < 0.92) {
      const stuck = pick(items.filter((item) => item.state === "refused"));
      if (stuck) {
        const id = uuid(random);
        await queue.amend(stuck.id, id, { ...stuck.body, amended: true });
        intents.set(id, { ...(intents.get(stuck.id) ?? { seq: stuck.seq, lane: stuck.lane }), droppedBy: null });
        intents.delete(stuck.id);
      }
    } else if (chance < 0.95) {
      const waiting = pick(items.filter((item) => !isOver(item)));
      if (waiting) {
        for (const gone of await queue.drop(waiting.id)) {
          const intent = intents.get(gone.id);
          if (intent) {
            intent.droppedBy = "person";
          }
        }
      }
    } else if (chance < 0.98) {
      replay(server, random);
    } else {
      server.manage();
    }
    check(server, disk, intents);
  }
  await settle(server, disk, () => queue, intents, () => {
    online = true;
    now += 3_600_000;
  }, run);
}

/** A request that lay somewhere on the way arrives once more. */
function replay(server: Server, random: () => number): void {
  const keys = [...server.answers.keys()];
  const key = keys[Math.floor(random() * keys.length)];
  const known = key === undefined ? undefined : server.answers.get(key);
  if (key !== undefined && known) {
    server.carryOut(key, "", "", JSON.parse(known.text) as JsonObject, 1);
  }
}

/** What holds after each step. */
function check(server: Server, disk: Disk, intents: Map<string, { seq: number; lane: string; droppedBy: string | null }>): void {
  const keys = server.effects.map((effect) => effect.key);
  assert.equal(new Set(keys).size, keys.length, "no key has two effects");
  for (const [id, intent] of intents) {
    const item = disk.items.get(id);
    assert.ok(item, "nothing that was done leaves the phone's list by itself");
    if (item.state === "done") {
      assert.ok(server.answers.has(id), "done is only what the server has");
    }
    assert.ok(item.state !== "dropped" || intent.droppedBy === "person", "only the person gives something up");
  }
  for (const effect of server.effects) {
    assert.ok(intents.has(effect.key), "the server has nothing that nobody did");
    const text = JSON.parse(effect.text) as { media_ids?: number[]; parent?: number };
    assert.ok((text.media_ids ?? []).every((id) => server.files.has(id)), "files are there before what refers to them");
    assert.ok(text.parent === undefined || text.parent > 0, "a child names the parent that was made");
    assert.ok(!/\{item:|\/0\//.test(effect.path), "paths name what was made");
  }
  const lanes = new Map<string, number>();
  for (const effect of server.effects) {
    const intent = intents.get(effect.key);
    if (intent?.droppedBy === "person" && server.byManager.has(effect.key)) {
      continue; // a manager did what its person had given up meanwhile, and what came after it had gone on
    }
    const seq = intent?.seq ?? 0;
    assert.ok(seq > (lanes.get(effect.lane) ?? 0), "items of a record arrive in their order");
    lanes.set(effect.lane, seq);
  }
}

/** With a good line and a person who tries again, everything that was not given up arrives. */
async function settle(
  server: Server,
  disk: Disk,
  queue: () => Queue,
  intents: Map<string, { seq: number; lane: string; droppedBy: string | null }>,
  better: () => void,
  run: () => Promise<void>,
): Promise<void> {
  server.revoked.clear();
  server.signedOut = false;
  for (let turn = 0; turn < 400; turn += 1) {
    better();
    await run();
    const left = [...disk.items.values()].filter((item) => !isOver(item));
    if (left.length === 0) {
      break;
    }
    for (const item of left.filter(isStuck)) {
      await queue().retry(item.id);
    }
  }
  server.manage(); // what has come by itself by now is done no second time
  check(server, disk, intents);
  for (const [id, intent] of intents) {
    const arrived = server.effects.filter((effect) => effect.key === id).length;
    const item = disk.items.get(id);
    const orphan = item !== undefined && needs(item).some((parent) => disk.items.get(parent)?.state === "dropped");
    assert.ok(arrived === 1 || intent.droppedBy !== null || orphan, `what was done arrives once, not ${arrived} times`);
  }
}

function uuid(random: () => number): string {
  return Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

for (let number = 0; number < Number(sequences); number += 1) {
  try {
    await sequence(Number(seed) * 1_000_003 + number);
  } catch (error) {
    console.error(`sequence ${number} of seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
    process.exit(1);
  }
}
console.log(`${sequences} sequences`);
