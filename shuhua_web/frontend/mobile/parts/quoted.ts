/** Quotations that the phone has written and the server may not have yet. */
import { isOver, needs } from "../queue/order";
import type { Item, JsonObject } from "../queue/types";
import { lineFen } from "./money";

/** A line as it is written: all of it text, as it was typed. */
export interface WrittenLine {
  kind: string;
  text: string;
  quantity: string;
  unit_price: string;
}

const WRITTEN = new Set(["quote", "requote"]);
const OF_TASK = /^\/tasks\/(\d+)\/quotations$/;

/** The form in which a written quotation is put right: `/quote/task/12`, `/quote/quotation/34`; null for other items. */
export function quoteForm(item: Item): string | null {
  if (!WRITTEN.has(item.action)) {
    return null;
  }
  const task = OF_TASK.exec(item.path)?.[1];
  return `/quote/${task === undefined ? item.lane : `task/${task}`}`;
}

/** Written for this task and not at the server yet. */
export const unsentFor = (task: number, items: readonly Item[]): Item[] =>
  items.filter((item) => !isOver(item) && item.action === "quote" && item.path === `/tasks/${task}/quotations`);

/** What waits and builds on this item, as sending builds on writing. */
export const buildsOn = (item: Item, items: readonly Item[]): Item[] =>
  items.filter((each) => !isOver(each) && needs(each).includes(item.id));

/** What waits for a quotation that was written here and has reached the server meanwhile. */
export function pendingFor(quotation: number, items: readonly Item[]): Item[] {
  const written = items.filter((item) => item.state === "done" && WRITTEN.has(item.action) && item.outcome?.id === quotation);
  return written.flatMap((item) => buildsOn(item, items));
}

/** The sum of the lines that are complete, in fen. */
export const sumOf = (lines: readonly WrittenLine[]): bigint =>
  lines.reduce((sum, line) => sum + (lineFen(line.quantity, line.unit_price) ?? 0n), 0n);

/** The lines in an item's body. */
export const linesOf = (body: JsonObject): WrittenLine[] => (body["lines"] ?? []) as unknown as WrittenLine[];
