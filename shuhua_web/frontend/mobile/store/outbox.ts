/** The queue on this phone: items in the database, sent by one window at a time, whenever there is a chance. */
import { reactive } from "vue";
import { ask, Unreachable } from "../api/client";
import { blobsOf, isOver, wakeAt } from "../queue/order";
import { make, type Making, Queue } from "../queue/queue";
import type { Answer, Item, JsonObject, Sender } from "../queue/types";
import { database } from "./database";
import { letGo, sendAgain, upload } from "./files";
import { expire, session } from "./session";

const sender: Sender = {
  upload,
  async send(item: Item, path: string, body: JsonObject): Promise<Answer> {
    try {
      const answer = await ask(item.method, path, { body, key: item.id, version: item.version });
      if (answer.status < 300) {
        // Before the item is over: else the record would stand there for a moment as it was, with its old buttons.
        await listener.answered(item, answer.body).catch(console.error);
      }
      return { kind: "answer", ...answer };
    } catch (error) {
      if (error instanceof Unreachable) {
        return { kind: "unreachable" };
      }
      throw error;
    }
  },
};

const store = {
  all: () => database.items.toArray(),
  get: (id: string) => database.items.get(id),
  put: async (item: Item) => {
    await database.items.put(item);
  },
};

export const queue = new Queue(store, sender, Date.now);

/** What screens show of the queue beside its items. */
export const sending = reactive({ busy: false, pause: "none" as Queue["pause"] });

export interface Listener {
  /** The server has done what an item asks. */
  answered: (item: Item, answer: JsonObject) => Promise<void>;
  /** An item came to an answer, which is kept with it. */
  settled: (item: Item) => Promise<void>;
}
let listener: Listener = { answered: async () => undefined, settled: async () => undefined };
let timer: ReturnType<typeof setTimeout> | undefined;
let wanted = false;

export interface Enqueuing extends Omit<Making, "id" | "owner"> {
  /** Given where something else refers to what this makes. */
  id?: string;
}

/** Puts items into the queue and takes the draft that they came from away, both or neither. */
export async function enqueue(makings: Enqueuing[], draft?: string): Promise<Item[]> {
  const items = await database.transaction("rw", database.items, database.drafts, async () => {
    const last = await database.items.orderBy("seq").last();
    const made = makings.map((making, index) =>
      make({ ...making, body: plain(making.body), id: making.id ?? crypto.randomUUID(), owner: session.user?.id ?? 0 }, (last?.seq ?? 0) + 1 + index, Date.now()),
    );
    await database.items.bulkAdd(made);
    if (draft) {
      await database.drafts.delete(draft);
    }
    return made;
  });
  flush();
  return items;
}

/** What forms hold is watched by Vue, and the database takes only plain values. */
export const plain = (body: JsonObject): JsonObject => JSON.parse(JSON.stringify(body)) as JsonObject;

/** Sends what can be sent, now or as soon as the run that is under way has ended. */
export function flush(): void {
  if (sending.busy) {
    wanted = true;
    return;
  }
  void work();
}

async function work(): Promise<void> {
  if (session.user === null || session.expired) {
    return;
  }
  sending.busy = true;
  try {
    do {
      wanted = false;
      await alone(() => queue.run(session.user?.id ?? null, settled));
    } while (wanted && queue.pause === "none");
  } catch (error) {
    console.error(error);
  } finally {
    sending.busy = false;
    sending.pause = queue.pause;
    await plan();
  }
}

/** One window at a time: two would only ask twice, but the answers would come in any order. */
async function alone(run: () => Promise<void>): Promise<void> {
  await (navigator.locks ? navigator.locks.request("shuhua-queue", run) : run());
}

async function settled(item: Item): Promise<void> {
  if (item.state === "done") {
    await letGo(blobsOf(item));
  }
  if (item.state === "refused" && Object.keys(item.refusal?.errors ?? {}).some((name) => name.includes("media_id"))) {
    // The server no longer has a file: it goes up again when the person tries again.
    await sendAgain(blobsOf(item));
  }
  if (queue.pause === "sign_in") {
    expire();
  }
  await listener.settled(item);
}

async function plan(): Promise<void> {
  clearTimeout(timer);
  const at = wakeAt(await database.items.toArray(), session.user?.id ?? null, Date.now());
  if (at !== null) {
    timer = setTimeout(flush, Math.max(500, at - Date.now()));
  }
}

/** Begins to send: after a crash what was sent waits again, and a network that comes back is used at once. */
export async function begin(who: Listener): Promise<void> {
  listener = who;
  await alone(() => queue.recover());
  addEventListener("online", () => void queue.hurry().then(flush));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      flush();
    }
  });
  flush();
}

/** Takes what was done longer ago than a week off the list, with its files. */
export async function tidy(): Promise<void> {
  const before = new Date(Date.now() - 7 * 86_400_000).toISOString();
  const old = await database.items.filter((item) => isOver(item) && item.madeAt < before).toArray();
  const files = old.flatMap(blobsOf);
  await database.items.bulkDelete(old.map((item) => item.id));
  const inUse = new Set([...(await database.items.toArray()), ...(await database.drafts.toArray()).map((each) => ({ body: each.values }))].flatMap(blobsOf));
  await database.files.bulkDelete(files.filter((id) => !inUse.has(id)));
}
