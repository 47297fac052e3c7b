/**
 * Pictures of the server's that are kept for screens without a network: those of what is on the phone, in the order in which they
 * will be wanted, within a budget. What no record on the phone has any more is taken away.
 */
import { Problem, readFile, Unreachable } from "../api/client";
import type { Media } from "../api/records";
import { fill, type Shelf } from "./budget";
import { database, type Kept } from "./database";
import { session } from "./session";

const MEGABYTE = 1024 * 1024;
/** Bytes of pictures of articles, and of everything else. */
const BUDGETS = { articles: 30 * MEGABYTE, records: 60 * MEGABYTE };

type Sized = Pick<Media, "links">;

/** The addresses of pictures in these sizes, record by record. */
function addresses(pictures: Sized[][], ...sizes: string[]): string[] {
  const found = sizes.flatMap((size) => pictures.flatMap((own) => own.map((each) => each.links[size])));
  return [...new Set(found.filter((each) => each !== undefined))];
}

async function newest(kind: string, by: string): Promise<Kept[]> {
  const kept = await database.records.where("kind").equals(kind).toArray();
  return kept.sort((one, other) => String(other.data[by] ?? "").localeCompare(String(one.data[by] ?? "")));
}

const mediaOf = (kept: Kept): Sized[] => (kept.data["media"] ?? []) as Sized[];

/** What is wanted: of the newest articles whole, of work and requests first all small, then large. */
async function wanted(): Promise<Shelf[]> {
  const [tasks, repairs, pieces, articles] = await Promise.all([
    newest("task", "updated_at"),
    newest("repair", "created_at"),
    newest("equipment", "updated_at"),
    newest("article", "published_at"),
  ]);
  const work = [
    ...tasks.map((kept) => [...((kept.data["requests"] ?? []) as { media?: Sized[] }[]).flatMap((each) => each.media ?? []), ...mediaOf(kept)]),
    ...repairs.map(mediaOf),
    ...pieces.map(mediaOf),
  ];
  // Article by article, so that the budget ends with old ones.
  const shown = articles.flatMap((kept) => addresses([(kept.data["pictures"] ?? []) as unknown as Sized[]], "thumbnail", "display"));
  return [
    { budget: BUDGETS.records, addresses: addresses(work, "thumbnail", ...(thrifty() ? [] : ["display"])) },
    { budget: BUDGETS.articles, addresses: shown },
  ];
}

/** The person asked the browser to save on traffic. */
function thrifty(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}

/** Takes away what is no longer wanted and fetches what is lacking; `told` hears how many are left. Raises Unreachable. */
export async function keepPictures(told: (left: number) => void): Promise<void> {
  const owner = session.user?.id;
  const shelves = await wanted();
  // First of all, since fetching may be cut off: what has left this phone leaves with its pictures.
  await keepOnly(new Set(shelves.flatMap(({ addresses }) => addresses)), owner);
  await keepOnly(await fill(shelves, await sizesKept(), (address) => fetched(address, owner), told), owner);
}

async function keepOnly(staying: ReadonlySet<string>, owner: number | undefined): Promise<void> {
  if (session.user?.id === owner) {
    const there = await database.pictures.toCollection().primaryKeys();
    await database.pictures.bulkDelete(there.filter((address) => !staying.has(address)));
  }
}

async function sizesKept(): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  await database.pictures.orderBy("size").eachKey((size, cursor) => sizes.set(String(cursor.primaryKey), Number(size)));
  return sizes;
}

/** Fetches one; gives its size. One that the server no longer gives takes no room. */
async function fetched(address: string, owner: number | undefined): Promise<number> {
  try {
    const bytes = await readFile(address);
    if (session.user?.id !== owner) {
      throw new Unreachable("signed out");
    }
    await database.pictures.put({ address, bytes, size: bytes.size });
    return bytes.size;
  } catch (error) {
    if (error instanceof Problem) {
      return 0;
    }
    throw error;
  }
}

/** How much there is, for the person to see. */
export async function picturesKept(): Promise<{ count: number; size: number }> {
  const sizes = [...(await sizesKept()).values()];
  return { count: sizes.length, size: sizes.reduce((sum, each) => sum + each, 0) };
}
