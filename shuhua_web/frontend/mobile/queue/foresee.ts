/** What a record will be when the queue has been sent, after the server's own table. */
import { inOrder, isOver, isStuck } from "./order.ts";
import type { Item, JsonObject } from "./types.ts";

export interface Action {
  name: string;
  label: string;
  input: JsonObject;
}

/** Words in both languages: the person may change theirs without a network. Absent in what an older version has kept. */
interface Words {
  label: string;
  zh?: string;
  en?: string;
}

export interface Row extends Words {
  action: string;
  sources: string[];
  target: string;
  guard: string | null;
  tone: string;
  input: JsonObject;
}

export interface Table {
  name: string;
  version: number;
  states: ({ name: string; phase: string; tone: string } & Words)[];
  rows: Row[];
}

/** What of a record the guards ask for. */
export interface Facts {
  state: string;
  direct?: boolean;
  check_asked?: boolean;
  consent?: string;
  taken_at?: string | null;
  repairer_id?: number | null;
  actions: Action[];
}

export interface Foreseen {
  state: string;
  actions: Action[];
  /** Unsent items of the record. */
  pending: Item[];
  /** Whether one of them waits for a person's decision: then nothing more is offered. */
  stuck: boolean;
}

const TAKES = new Set(["take", "depart", "start"]);

/** The record after its unsent items; without any, exactly what the server said. */
export function foresee(facts: Facts, lane: string, items: readonly Item[], table: Table | undefined): Foreseen {
  const pending = inOrder(items).filter((item) => item.lane === lane && !isOver(item));
  if (pending.length === 0 || table === undefined) {
    return { state: facts.state, actions: facts.actions, pending, stuck: false };
  }
  const stuck = pending.some(isStuck);
  let { state } = facts;
  let before: string | null = null;
  let taken = Boolean(facts.taken_at);
  for (const { action } of pending) {
    const row = table.rows.find((each) => each.action === action && each.sources.includes(state) && open(each, facts, taken));
    if (row === undefined) {
      continue;
    }
    taken ||= TAKES.has(action);
    const after: string = row.target === "same" ? state : row.target === "previous" ? (before ?? state) : row.target;
    [before, state] = after === state ? [before, state] : [state, after];
  }
  const rows = table.rows.filter((row) => row.sources.includes(state) && open(row, facts, taken));
  const firsts = rows.filter((row, index) => rows.findIndex((other) => other.action === row.action) === index);
  const actions = firsts.map(({ action, label, input }) => ({ name: action, label, input }));
  return { state, actions: stuck ? [] : actions, pending, stuck };
}

/** The conditions that a phone can judge; the server judges all of them again. */
function open(row: Row, facts: Facts, taken: boolean): boolean {
  switch (row.guard) {
    case "not_taken":
      return !taken;
    case "given_to_person":
      return facts.direct !== false;
    case "given_to_unit":
      return facts.direct !== true;
    case "consented":
      return facts.consent !== "needed" && facts.consent !== "refused";
    case "check_asked":
      return facts.check_asked === true;
    case "no_check_asked":
      return facts.check_asked !== true;
    default:
      return true;
  }
}
