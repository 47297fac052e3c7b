/** Which item may go next: in their order within a lane, a child after its parent, nothing past what a person has to decide. */
import type { Item, Json, JsonObject } from "./types.ts";

const OVER = new Set(["done", "dropped"]);
const STUCK = new Set(["conflict", "refused", "quarantined"]);
const IN_PATH = /\{item:([0-9a-f-]+)\}/g;

export const isOver = (item: Item): boolean => OVER.has(item.state);
export const isStuck = (item: Item): boolean => STUCK.has(item.state);

/** Items in the order in which they were made. */
export function inOrder(items: readonly Item[]): Item[] {
  return [...items].sort((one, other) => one.seq - other.seq);
}

/** No waiting time is this long: a later one was set while the phone's clock was wrong. */
const NEVER_SO_LONG = 86_400_000;

const waits = (item: Item, now: number): boolean => item.notBefore > now && item.notBefore - now < NEVER_SO_LONG;

/** The item to send now, if there is one; `null` owner: nobody is signed in. */
export function nextOf(items: readonly Item[], owner: number | null, now: number): Item | null {
  const byId = new Map(items.map((item) => [item.id, item]));
  const taken = new Set<string>();
  for (const item of inOrder(items)) {
    if (isOver(item) || taken.has(item.lane)) {
      continue;
    }
    taken.add(item.lane);
    if (item.owner === owner && !isStuck(item) && !waits(item, now) && parentsDone(item, byId)) {
      return item;
    }
  }
  return null;
}

/** When `nextOf` is worth asking again, if time alone can change its answer. */
export function wakeAt(items: readonly Item[], owner: number | null, now: number): number | null {
  const times = items
    .filter((item) => item.owner === owner && !isOver(item) && !isStuck(item) && waits(item, now))
    .map((item) => item.notBefore);
  return times.length > 0 ? Math.min(...times) : null;
}

/** Why an item that waits does not go: the one before it, or the one that it needs. */
export function heldBy(item: Item, items: readonly Item[]): Item | null {
  const byId = new Map(items.map((each) => [each.id, each]));
  const before = inOrder(items).find((each) => each.lane === item.lane && each.seq < item.seq && !isOver(each));
  const parents = needs(item).map((id) => byId.get(id));
  return before ?? parents.find((parent) => parent !== undefined && parent.state !== "done") ?? null;
}

/** Those that make no sense without this one: they build on what it would have made. */
export function dependents(item: Item, items: readonly Item[]): Item[] {
  const gone = new Set([item.id]);
  const found: Item[] = [];
  for (const each of inOrder(items)) {
    if (!isOver(each) && needs(each).some((id) => gone.has(id))) {
      gone.add(each.id);
      found.push(each);
    }
  }
  return found;
}

function parentsDone(item: Item, byId: Map<string, Item>): boolean {
  return needs(item).every((id) => byId.get(id)?.state === "done");
}

/** Ids of the items whose outcome this one carries. */
export function needs(item: Item): string[] {
  const inPath = [...item.path.matchAll(IN_PATH)].map((match) => match[1] ?? "");
  return [...new Set([...inPath, ...marks(item.body, "$item")])];
}

/** The kept files that go with an item. */
export function blobsOf(item: Pick<Item, "body">): string[] {
  return [...new Set(marks(item.body, "$media"))];
}

function marks(value: Json, name: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((each) => marks(each, name));
  }
  if (value === null || typeof value !== "object") {
    return [];
  }
  const marked = value[name];
  return typeof marked === "string" ? [marked] : Object.values(value).flatMap((each) => marks(each, name));
}

/** Path and body with ids in the place of marks. Raises for a mark without its id. */
export function filled(
  item: Item,
  media: ReadonlyMap<string, number>,
  made: ReadonlyMap<string, number>,
): { path: string; body: JsonObject } {
  const path = item.path.replace(IN_PATH, (_mark, id: string) => String(known(made, id)));
  return { path, body: replaced(item.body, media, made) as JsonObject };
}

function replaced(value: Json, media: ReadonlyMap<string, number>, made: ReadonlyMap<string, number>): Json {
  if (Array.isArray(value)) {
    return value.map((each) => replaced(each, media, made));
  }
  if (value === null || typeof value !== "object") {
    return value;
  }
  if (typeof value["$media"] === "string") {
    return known(media, value["$media"]);
  }
  if (typeof value["$item"] === "string") {
    return known(made, value["$item"]);
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, replaced(each, media, made)]));
}

function known(ids: ReadonlyMap<string, number>, id: string): number {
  const found = ids.get(id);
  if (found === undefined) {
    throw new Error(`nothing is known of ${id}`);
  }
  return found;
}
