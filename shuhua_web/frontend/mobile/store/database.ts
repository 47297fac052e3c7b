/** What the phone keeps. All of it belongs to the person who signed in, except what waits to be sent: that stays whoever does. */
import Dexie, { type Table } from "dexie";
import type { Row } from "../api/records";
import type { Language } from "../i18n/language";
import type { Item, JsonObject } from "../queue/types";

export interface Kept {
  /** `task/12`; also the lane of its items in the queue. */
  key: string;
  kind: string;
  id: number;
  data: Row;
  /** Whether it was read whole, or only as a line of a list. */
  whole: boolean;
  /** Its version when it was read whole, and the language. */
  version?: unknown;
  language?: Language;
  at: number;
}

export interface Draft {
  id: string;
  owner: number;
  /** Which form: `task/12/complete`, `repair/new`. */
  form: string;
  title: string;
  /** Where it is gone on with. */
  place: string;
  values: JsonObject;
  at: number;
}

export type FileKind = "photo" | "video" | "audio";

export interface KeptFile {
  id: string;
  owner: number;
  kind: FileKind;
  name: string;
  type: string;
  size: number;
  sha256: string;
  /** The bytes; gone once the server's receipt matched and what they belong to was sent. */
  bytes: Blob | null;
  madeAt: number;
  /** Where the upload goes on. */
  upload: string | null;
  sent: number;
  /** The server's id, after its receipt matched. */
  media: number | null;
}

/** A picture of the server's, under its address. */
export interface KeptPicture {
  address: string;
  bytes: Blob;
  size: number;
}

class Database extends Dexie {
  records!: Table<Kept, string>;
  drafts!: Table<Draft, string>;
  items!: Table<Item, string>;
  files!: Table<KeptFile, string>;
  settings!: Table<{ name: string; value: unknown }, string>;
  pictures!: Table<KeptPicture, string>;

  constructor() {
    super("shuhua");
    this.version(1).stores({
      records: "key, kind",
      drafts: "id, form",
      items: "id, seq",
      files: "id",
      settings: "name",
    });
    // The size is an index so that what there is can be added up without reading the pictures.
    this.version(2).stores({ pictures: "address, size" });
  }
}

export const database = new Database();

export async function setting<T>(name: string): Promise<T | undefined> {
  return (await database.settings.get(name))?.value as T | undefined;
}

export async function setSetting(name: string, value: unknown): Promise<void> {
  await (value === undefined ? database.settings.delete(name) : database.settings.put({ name, value }));
}
