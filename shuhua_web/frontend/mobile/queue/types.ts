/** What the queue is made of. Nothing here or in the other files of this folder knows a browser. */

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

/**
 * waiting: to be sent. sending: sent, its answer has not come; after a crash it is sent again under the same key.
 * done: the server has it. conflict, refused: the server said no, a person decides. quarantined: the right to it has ended;
 * kept for a manager and for the file, never sent again by itself. dropped: given up by the person.
 */
export type ItemState = "waiting" | "sending" | "done" | "conflict" | "refused" | "quarantined" | "dropped";

/** What the server said no with. */
export interface Refusal {
  status: number;
  code: string;
  title: string;
  /** By field. */
  errors: Record<string, string>;
  /** The record's state as the server has it, where it said so. */
  state: string | null;
}

export interface Item {
  /** Also the Idempotency-Key: whatever happens, the server carries it out once. */
  id: string;
  /** Order of making. */
  seq: number;
  /** Whose it is: another person's session never sends it. */
  owner: number;
  /** Items of one lane go in their order, since each builds on the one before: `task/12`. */
  lane: string;
  /** Name of the action or of what is made, for the person: `complete`, `inspection`. */
  action: string;
  /** What it is about, for the person: a number or a name. */
  title: string;
  method: "POST" | "PATCH";
  /** Below the API's root. `{item:<id>}` stands for the id that another item was given. */
  path: string;
  /** `{"$media": <blob>}` stands for the id of an uploaded file, `{"$item": <id>}` for that of what another item made. */
  body: JsonObject;
  /** For PATCH: the version that was seen. */
  version: number | null;
  madeAt: string;
  state: ItemState;
  /** Sendings that got no final answer. */
  attempts: number;
  /** Milliseconds since 1970; not before this it is sent again. */
  notBefore: number;
  refusal: Refusal | null;
  /** What the server answered when it was done: id, number and state of the record. */
  outcome: { id: number | null; number: string | null; state: string | null } | null;
}

/** What came back. `unreachable`: nobody knows whether the server has it. */
export type Answer =
  | { kind: "unreachable" }
  | { kind: "answer"; status: number; body: JsonObject; retryAfter: number | null };

export type Uploaded = { kind: "stored"; media: number } | Answer;

/** Where items live. `put` has to be on disk when it returns. */
export interface ItemStore {
  all(): Promise<Item[]>;
  get(id: string): Promise<Item | undefined>;
  put(item: Item): Promise<void>;
}

export interface Sender {
  /** Sends one request under a key. */
  send(item: Item, path: string, body: JsonObject): Promise<Answer>;
  /** Brings a kept file to the server, or tells that it is there. Only what the server's receipt matches is `stored`. */
  upload(blob: string): Promise<Uploaded>;
}
