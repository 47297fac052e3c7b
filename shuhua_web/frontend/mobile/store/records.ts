/** Reading what is kept, for screens. */
import type { Task } from "../api/records";
import type { Person } from "../parts/form";
import { foresee, type Foreseen, type Facts, type Table } from "../queue/foresee";
import type { Item, JsonObject } from "../queue/types";
import { database, type Kept, setting } from "./database";

export type Tables = Record<string, Table>;

export const tables = async (): Promise<Tables> => (await setting<Tables>("tables")) ?? {};

/** Name of the table that records of a kind run under. */
export const TABLE_OF: Record<string, string> = { task: "tasks", repair: "repairs", quotation: "quotations", equipment: "equipment" };

export interface Shown<T> {
  data: T;
  foreseen: Foreseen;
  table: Table | undefined;
}

/** A record with what the queue will make of it. */
export async function shown<T>(kind: string, id: number): Promise<Shown<T> | null> {
  const kept = await database.records.get(`${kind}/${id}`);
  if (!kept) {
    return null;
  }
  const items = await database.items.toArray();
  return together<T>(kept, items, (await tables())[TABLE_OF[kind] ?? ""]);
}

/** All records of a kind, likewise. */
export async function allShown<T>(kind: string): Promise<Shown<T>[]> {
  const [kept, items, known] = await Promise.all([
    database.records.where("kind").equals(kind).toArray(),
    database.items.toArray(),
    tables(),
  ]);
  return kept.map((each) => together<T>(each, items, known[TABLE_OF[kind] ?? ""]));
}

function together<T>(kept: Kept, items: Item[], table: Table | undefined): Shown<T> {
  const facts = { actions: [], ...kept.data } as unknown as Facts;
  return { data: kept.data as unknown as T, foreseen: foresee(facts, kept.key, items, table), table };
}

export async function one<T>(kind: string, id: number | null | undefined): Promise<T | null> {
  const kept = id == null ? undefined : await database.records.get(`${kind}/${id}`);
  return (kept?.data as T | undefined) ?? null;
}

export async function all<T>(kind: string): Promise<T[]> {
  return (await database.records.where("kind").equals(kind).toArray()).map((kept) => kept.data as unknown as T);
}

export const people = async (): Promise<Person[]> => (await setting<Person[]>("repairers")) ?? [];

export const listed = async (name: "due" | "checklists"): Promise<JsonObject[] | undefined> => setting(name);

/** A task with the position of its site. */
export interface Placed extends Shown<Task> {
  spot: { longitude: number; latitude: number } | null;
}

/** Where a task is: its site, else where the report was made. */
export async function spotOf(task: Task): Promise<{ longitude: number; latitude: number } | null> {
  const site = await one<{ longitude: number | null; latitude: number | null }>("site", task.site_id);
  const spots = [site, ...(task.requests ?? [])];
  const found = spots.find((each) => each?.longitude != null && each.latitude != null);
  return found ? { longitude: found.longitude as number, latitude: found.latitude as number } : null;
}
