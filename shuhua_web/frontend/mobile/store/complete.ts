/**
 * What lists do not tell, read after them while there is a network, so that every screen has it without one: texts of articles,
 * timelines, pieces with their lives, figures, pictures. Only what is lacking is read, so a bad line gets further each time.
 */
import { reactive } from "vue";
import { Problem, read, Unreachable } from "../api/client";
import type { Row } from "../api/records";
import { language } from "../i18n";
import { database, type Kept, setSetting } from "./database";
import { PERIODS } from "./periods";
import { keepPictures } from "./pictures";
import { may, session } from "./session";
import { inTurns, isStale, refresh } from "./sync";

/** Where the history of a record is read. */
const HISTORIES: Record<string, (id: number) => string> = {
  task: (id) => `/tasks/${id}/timeline`,
  repair: (id) => `/repairs/${id}/timeline`,
  equipment: (id) => `/equipment/${id}/life`,
};
/** Pieces that are read whole: a customer's own, else those that there is work with. */
const MOST_PIECES = 100;

/** Milliseconds before figures are read again: they are what others have done. */
const FIGURES_LAST = 15 * 60_000;
const figures = { asked: "", at: 0 };

export const completing = reactive({ busy: false, left: 0 });

/** Reads what is lacking. What cannot be read now is read the next time. */
export async function complete(): Promise<void> {
  if (completing.busy || session.user === null || session.expired) {
    return;
  }
  completing.busy = true;
  try {
    for (const part of [completeArticles, completePieces, completeHistories, completeFigures]) {
      await part();
    }
    await keepPictures((left) => (completing.left = left));
    await setSetting("completed", Date.now());
  } catch (error) {
    // Without a network, or without room: what the phone has is shown.
    if (!(error instanceof Unreachable)) {
      console.warn(String(error));
    }
  } finally {
    Object.assign(completing, { busy: false, left: 0 });
  }
}

const ofKind = (kind: string): Promise<Kept[]> => database.records.where("kind").equals(kind).toArray();

async function each(kept: Kept[], work: (kept: Kept) => Promise<void>): Promise<void> {
  completing.left = kept.length;
  await inTurns(kept, async (one) => {
    await work(one);
    completing.left -= 1;
  });
}

async function completeArticles(): Promise<void> {
  await each((await ofKind("article")).filter(isStale), ({ id }) => refresh("article", id, "/articles"));
}

/** Pieces that are wanted whole. */
async function chosenPieces(): Promise<Kept[]> {
  const [pieces, tasks, repairs] = await Promise.all([ofKind("equipment"), ofKind("task"), ofKind("repair")]);
  const worked = new Set([...tasks, ...repairs].map((kept) => kept.data["equipment_id"]));
  const isCustomer = session.user?.customer_id != null;
  return pieces.filter((kept) => isCustomer || worked.has(kept.id)).slice(0, MOST_PIECES);
}

async function completePieces(): Promise<void> {
  await each((await chosenPieces()).filter(isStale), ({ id }) => refresh("equipment", id));
}

async function completeHistories(): Promise<void> {
  const [histories, pieces, tasks, repairs] = await Promise.all([ofKind("history"), chosenPieces(), ofKind("task"), ofKind("repair")]);
  const known = new Map(histories.map((kept) => [kept.key, kept]));
  const records = [...tasks, ...repairs, ...pieces];
  const lacking = records.filter((kept) => kept.whole && !isOf(known.get(`history/${kept.key}`), kept));
  await each(lacking, (kept) => readHistory(kept.kind, kept.id));
  const keys = await database.records.where("kind").anyOf(Object.keys(HISTORIES)).primaryKeys();
  // Of a request also what was done for it, when that is over and no longer kept itself.
  const linked = may("tasks.view") ? repairs.flatMap((kept) => (kept.data["tasks"] ?? []) as Row[]) : [];
  await inTurns(linked.filter(({ id }) => !known.has(`history/task/${id}`)), ({ id }) => readHistory("task", id));
  const there = new Set([...keys, ...linked.map(({ id }) => `task/${id}`)].map((key) => `history/${key}`));
  await database.records.bulkDelete([...known.keys()].filter((key) => !there.has(key)));
}

/** Whether a history is that of the record as it is now. */
function isOf(history: Kept | undefined, record: Kept): boolean {
  return history !== undefined && history.version === record.data["version"] && history.language === language.now;
}

/** Keeps what has been with a record. Raises Problem, Unreachable. */
export async function readHistory(kind: string, id: number): Promise<void> {
  const path = HISTORIES[kind]?.(id);
  if (path === undefined) {
    return;
  }
  const record = await database.records.get(`${kind}/${id}`);
  try {
    const data = await read<Row>(path);
    const about = { version: record?.data["version"], language: language.now, at: Date.now() };
    await database.records.put({ key: `history/${kind}/${id}`, kind: "history", id, data, whole: true, ...about });
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 404 && error.status !== 403)) {
      throw error;
    }
  }
}

/** What has been with a record, as far as it was read. */
export async function historyOf<T>(kind: string, id: number): Promise<T[]> {
  return ((await database.records.get(`history/${kind}/${id}`))?.data["items"] ?? []) as T[];
}

async function completeFigures(): Promise<void> {
  const asked = `${session.user?.id} ${language.now}`;
  if (may("reports.view") && !(figures.asked === asked && Date.now() - figures.at < FIGURES_LAST)) {
    await inTurns([...PERIODS], async (kind) => setSetting(`figures/${kind}`, await read(`/figures?period=${kind}`)));
    Object.assign(figures, { asked, at: Date.now() });
  }
}
