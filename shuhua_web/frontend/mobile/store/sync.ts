/** What the phone reads: everything once, then what has changed. */
import { reactive } from "vue";
import { Problem, read, readAll, Unreachable } from "../api/client";
import type { Row, Task } from "../api/records";
import type { Table } from "../queue/foresee";
import type { Item, JsonObject } from "../queue/types";
import { readChoices } from "./choices";
import { database, type Kept, setSetting, setting } from "./database";
import { expire, may, session } from "./session";
import { language } from "../i18n";
import type { Language } from "../i18n/language";

/** Where records of a kind are read. */
const PATHS: Record<string, string> = {
  task: "/tasks",
  repair: "/repairs",
  quotation: "/quotations",
  site: "/sites",
  equipment: "/equipment",
  message: "/messages",
  inspection: "/inspections",
};
const MOST_TASKS = 500;
/** Tasks that are read one by one, with their actions and pictures. */
const MOST_WHOLE = 150;
const MOST_SITES = 600;
const MOST_PIECES = 2000;
const MOST_ARTICLES = 50;

export const sync = reactive({
  busy: false,
  /** Parts done and to do of the first time, for the bar. */
  done: 0,
  parts: 0,
  syncedAt: 0,
  offline: !navigator.onLine,
});

export async function restoreSync(): Promise<void> {
  sync.syncedAt = (await setting<number>("synced")) ?? 0;
}

let running: Promise<boolean> = Promise.resolve(true);

/**
 * Reads what is new; everything, if nothing was read yet or what was read is in another language. Tells whether the server was
 * reached. Who wants everything waits for what is under way.
 */
export async function synchronise(everything = false): Promise<boolean> {
  if (sync.busy) {
    if (!everything) {
      return false;
    }
    await running;
  }
  if (sync.busy || session.user === null || session.expired) {
    return false;
  }
  running = readNow(everything);
  return running;
}

async function readNow(everything: boolean): Promise<boolean> {
  sync.busy = true;
  try {
    const [cursor, readIn] = await Promise.all([setting<string>("cursor"), setting<Language>("read_in")]);
    await (cursor === undefined || everything || readIn !== language.now ? readEverything() : follow(cursor));
    sync.syncedAt = Date.now();
    await setSetting("synced", sync.syncedAt);
    sync.offline = false;
    return true;
  } catch (error) {
    if (error instanceof Unreachable) {
      sync.offline = true;
    } else if (error instanceof Problem && error.status === 401) {
      expire();
    } else {
      console.error(error);
    }
    return false;
  } finally {
    sync.busy = false;
  }
}

async function readEverything(): Promise<void> {
  const readIn = language.now;
  // The cursor first: what changes while the lists are read is then told of again.
  const { cursor } = await read<{ cursor: string }>("/changes");
  const parts = [readTables, readTasks, readRepairs, readQuotations, readSites, readPieces, readModels, readMessages, ...OPTIONAL];
  Object.assign(sync, { done: 0, parts: parts.length });
  for (const part of parts) {
    await part();
    sync.done += 1;
  }
  await Promise.all([setSetting("cursor", cursor), setSetting("read_in", readIn)]);
}

async function readTables(): Promise<void> {
  const names = ["tasks", "repairs", "equipment", ...(may("quotations.view") ? ["quotations"] : [])];
  const tables = await Promise.all(names.map((name) => read<Table>(`/workflows/${name}`)));
  await setSetting("tables", Object.fromEntries(tables.map((table) => [table.name, table])));
  if (may("tasks.assign")) {
    await setSetting("repairers", (await read<{ items: JsonObject[] }>("/repairers")).items);
  }
}

/** What there is work to do with: a repairer's own, a manager's of the unit, a clerk's to be followed up. */
async function readTasks(): Promise<void> {
  if (!may("tasks.view")) {
    return;
  }
  const table = (await setting<Record<string, Table>>("tables"))?.["tasks"];
  const mine = may("tasks.carry_out") && !may("tasks.assign") ? "mine=true&" : "";
  const wanted = (row: Row): boolean => {
    const phase = table?.states.find((each) => each.name === row.state)?.phase;
    return phase === "open" || (phase === "ended" && (may("tasks.follow_up") || recent(String(row["updated_at"]))));
  };
  const rows = (await readAll<Row>(`/tasks?${mine}sort=-created_at`, MOST_TASKS)).filter(wanted);
  await keepRows("task", rows, "replace");
  const known = new Map((await database.records.where("kind").equals("task").toArray()).map((kept) => [kept.id, kept]));
  const changed = rows.slice(0, MOST_WHOLE).filter(({ id }) => isStale(known.get(id)));
  await inTurns(changed, (row) => refresh("task", row.id));
}

/** Whether a record has to be read whole: it never was, has changed since, or was read in another language. */
export function isStale(kept: Kept | undefined): boolean {
  return !kept?.whole || kept.version !== kept.data["version"] || kept.language !== language.now;
}

function recent(at: string): boolean {
  return Date.parse(at) > Date.now() - 3 * 86_400_000;
}

async function readRepairs(): Promise<void> {
  if (may("repairs.view")) {
    const rows = await readAll<Row>("/repairs?sort=-created_at", 100);
    await keepRows("repair", rows, "replace");
    await inTurns(rows.slice(0, 30), (row) => refresh("repair", row.id));
  }
}

/** The latest, with their lines, so that an amount can be told and answered without a network. */
async function readQuotations(): Promise<void> {
  if (may("quotations.view")) {
    const rows = await readAll<Row>("/quotations?sort=-created_at", 100);
    await keepRows("quotation", rows, "replace");
    await inTurns(rows.slice(0, 30), (row) => refresh("quotation", row.id));
  }
}

/** Those of one task or request. */
export async function refreshQuotations(kind: string, id: number): Promise<void> {
  if (may("quotations.view")) {
    await inTurns(await readAll<Row>(`/quotations?${kind}_id=${id}`, 20), (row) => refresh("quotation", row.id));
  }
}

async function readSites(): Promise<void> {
  if (may("sites.view")) {
    await keepRows("site", await readAll<Row>("/sites", MOST_SITES), "replace");
  }
}

/** Pieces of the sites where there is work first, then others while there are not too many. */
async function readPieces(): Promise<void> {
  if (may("equipment.view")) {
    await keepRows("equipment", await readAll<Row>("/equipment", MOST_PIECES), "replace");
    const tasks = await database.records.where("kind").equals("task").toArray();
    const sites = new Set(tasks.map((kept) => (kept.data as Task).site_id).filter((id) => id !== null));
    await inTurns([...sites].slice(0, 50), async (id) => {
      await keepRows("equipment", await readAll<Row>(`/equipment?site_id=${id}`, 200), "add");
    });
  }
}

async function readModels(): Promise<void> {
  if (may("models.view")) {
    await keepRows("model", await readAll<Row>("/models", 500), "replace");
  }
}

/** What is published to the person, the newest first; what has been withdrawn is no longer among it. */
async function readArticles(): Promise<void> {
  const { items } = await read<{ items: Row[] }>(`/articles?limit=${MOST_ARTICLES}`);
  await keepRows("article", items, "replace");
}

async function readMessages(): Promise<void> {
  if (may("messages.view")) {
    await keepRows("message", await readAll<Row>("/messages", 100), "replace");
  }
}

/** Parts that a deployment may be without; what is not there is not shown. */
const OPTIONAL: (() => Promise<unknown>)[] = [
  readChoices,
  async () => may("inspections.view") && optional("due", async () => (await read<{ items: JsonObject[] }>("/inspections/due")).items),
  async () => may("inspections.view") && optional("checklists", readChecklists),
  readArticles,
];

async function readChecklists(): Promise<JsonObject[]> {
  return (await read<{ items: JsonObject[] }>("/checklists")).items;
}

async function optional(name: string, reading: () => Promise<unknown>): Promise<void> {
  try {
    await setSetting(name, await reading());
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 401) {
      throw error;
    }
    await setSetting(name, undefined);
  }
}

interface Change {
  kind: string;
  record_id: number;
}

interface Changes {
  items: Change[];
  cursor: string;
  more: boolean;
}

async function follow(from: string): Promise<void> {
  let cursor = from;
  let page: Changes;
  do {
    try {
      page = await read<Changes>(`/changes?since=${encodeURIComponent(cursor)}`);
    } catch (error) {
      if (error instanceof Problem && error.status === 422) {
        await readEverything();
        return;
      }
      throw error;
    }
    const changed = new Map(page.items.map((change) => [`${change.kind}/${change.record_id}`, change]));
    await inTurns([...changed.values()], ({ kind, record_id }) => refresh(kind, record_id));
    ({ cursor } = page);
    await setSetting("cursor", cursor);
  } while (page.more);
  // What has left one's scope is no longer told of, and messages have no event of their own.
  await readTasks();
  await readMessages();
  for (const part of OPTIONAL) {
    await part();
  }
}

/** Reads one record anew; takes it away when it is no longer to be seen. */
export async function refresh(kind: string, id: number, path = PATHS[kind]): Promise<void> {
  if (path === undefined) {
    return;
  }
  try {
    await keepWhole(kind, await read<Row>(`${path}/${id}`));
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 404 && error.status !== 403)) {
      throw error;
    }
    await database.records.bulkDelete([`${kind}/${id}`, `history/${kind}/${id}`]);
  }
}

/** What items make that are about no record yet: the answer is the first that the phone knows of it. */
const MADE: Record<string, string> = {
  report: "repair",
  site: "site",
  equipment: "equipment",
  quote: "quotation",
  requote: "quotation",
  send: "quotation",
};

/** Keeps what the server answered to an item of the queue. */
export async function keepAnswer(item: Item, answer: JsonObject): Promise<void> {
  const made = MADE[item.action];
  const [kind, id] = item.lane.split("/");
  if (typeof answer["id"] !== "number") {
    return;
  }
  if (made !== undefined) {
    await keepWhole(made, answer as unknown as Row);
    if (kind === made && Number(id) !== answer["id"]) {
      // A new version was made of it, and it was withdrawn.
      await refresh(kind, Number(id)).catch(() => undefined);
    }
  } else if (kind && kind in PATHS && Array.isArray(answer["actions"])) {
    await keepWhole(kind, answer as unknown as Row);
  }
}

/** Looks again at what was refused. */
export async function afterItem(item: Item): Promise<void> {
  const [kind, id] = item.lane.split("/");
  if (item.refusal !== null && kind && kind in PATHS && Number(id) > 0) {
    await refresh(kind, Number(id)).catch(() => undefined);
  }
}

export async function keepWhole(kind: string, row: Row): Promise<void> {
  await keep({ key: `${kind}/${row.id}`, kind, id: row.id, data: row, whole: true, version: row["version"], language: language.now, at: Date.now() });
}

/** Longest time in which an answer may be overtaken by a later one. After that the server is believed, also where a backup set it back. */
const UNDER_WAY = 60_000;

/** Whether what came now was asked for before what is kept was answered: an action's answer tells more than a read from before it. */
function isOvertaken(kept: Kept, before: Kept | undefined): boolean {
  const [now, then] = [kept.data["version"], before?.data["version"]];
  return before !== undefined && typeof now === "number" && typeof then === "number" && now < then && kept.at - before.at < UNDER_WAY;
}

async function keep(kept: Kept): Promise<void> {
  await database.transaction("rw", database.records, async () => {
    const before = await database.records.get(kept.key);
    if (!isOvertaken(kept, before)) {
      // Lists name what whole records only refer to (the site, the unit); neither takes away what the other has told.
      await database.records.put({ ...before, ...kept, whole: kept.whole || (before?.whole ?? false), data: { ...before?.data, ...kept.data } });
    }
  });
}

async function keepRows(kind: string, rows: Row[], way: "replace" | "add"): Promise<void> {
  await database.transaction("rw", database.records, async () => {
    if (way === "replace") {
      const ids = new Set(rows.map((row) => row.id));
      await database.records.where("kind").equals(kind).filter((kept) => !ids.has(kept.id)).delete();
    }
    for (const row of rows) {
      await keep({ key: `${kind}/${row.id}`, kind, id: row.id, data: row, whole: false, at: Date.now() });
    }
  });
}

/** A few at a time: a weak line gets no quicker by more. */
export async function inTurns<T>(values: T[], work: (value: T) => Promise<void>): Promise<void> {
  const ahead = [...values];
  const worker = async (): Promise<void> => {
    for (let value = ahead.shift(); value !== undefined; value = ahead.shift()) {
      await work(value);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}
