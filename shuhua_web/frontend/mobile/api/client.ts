/** Requests to our own API, with the device's token. An answer is an answer, whatever its status; no answer is `Unreachable`. */
import type { JsonObject } from "../queue/types";
import { compare } from "../store/clock";

export const ROOT = "/api/v1";
const PATIENCE = 30_000;

/** There was no answer, so that nobody knows whether the server has the request. */
export class Unreachable extends Error {}

/** The server said no. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly body: JsonObject;

  constructor(status: number, body: JsonObject) {
    super(typeof body["title"] === "string" ? body["title"] : `HTTP ${status}`);
    this.status = status;
    this.code = typeof body["code"] === "string" ? body["code"] : `http_${status}`;
    this.body = body;
  }
}

export interface Sending {
  body?: unknown;
  key?: string;
  version?: number | null;
  patience?: number;
  /** Without the token: one that has ended is refused even where none is needed. */
  anonymous?: boolean;
}

export interface Received {
  status: number;
  body: JsonObject;
  retryAfter: number | null;
}

/** Who asks; set by the session. */
export const caller: { token: string | null; language: string } = { token: null, language: "zh-Hans" };

export function headers(): Record<string, string> {
  const found: Record<string, string> = { "Accept-Language": caller.language, "Device-Time": new Date().toISOString() };
  if (caller.token !== null) {
    found["Authorization"] = `Bearer ${caller.token}`;
  }
  return found;
}

/** One request. Raises Unreachable. */
export async function ask(method: string, path: string, sending: Sending = {}): Promise<Received> {
  const sent = headers();
  if (sending.anonymous) {
    delete sent["Authorization"];
  }
  if (sending.body !== undefined) {
    sent["Content-Type"] = "application/json";
  }
  if (sending.key) {
    sent["Idempotency-Key"] = sending.key;
  }
  if (sending.version != null) {
    sent["If-Match"] = `"${sending.version}"`;
  }
  const asked = Date.now();
  try {
    const answer = await fetch(ROOT + path, {
      method,
      headers: sent,
      // The office's cookie has no part in this.
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(sending.patience ?? PATIENCE),
      ...(sending.body === undefined ? {} : { body: JSON.stringify(sending.body) }),
    });
    compare(answer.headers.get("Date"), asked);
    const retryAfter = Number(answer.headers.get("Retry-After"));
    const text = await answer.text();
    return { status: answer.status, body: parsed(text), retryAfter: retryAfter > 0 ? retryAfter : null };
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

/** A page of a proxy in between is no answer of ours, but its status is one. */
function parsed(text: string): JsonObject {
  try {
    const found: unknown = text ? JSON.parse(text) : {};
    return found !== null && typeof found === "object" && !Array.isArray(found) ? (found as JsonObject) : {};
  } catch {
    return {};
  }
}

/** Reads. Raises Problem or Unreachable. */
export async function read<T>(path: string): Promise<T> {
  const { status, body } = await ask("GET", path);
  if (status >= 400) {
    throw new Problem(status, body);
  }
  return body as T;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** All pages of a list, up to `most` records. */
export async function readAll<T>(path: string, most: number): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const glue = path.includes("?") ? "&" : "?";
    const next: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Page<T> = await read(`${path}${glue}limit=100${next}`);
    found.push(...page.items);
    cursor = page.next ?? null;
  } while (cursor !== null && found.length < most);
  return found;
}

/** A picture or recording as the signed-in person may see it. */
export async function readFile(path: string): Promise<Blob> {
  try {
    const answer = await fetch(path, { headers: headers(), credentials: "omit", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) {
      throw new Problem(answer.status, {});
    }
    return await answer.blob();
  } catch (error) {
    throw error instanceof Problem ? error : new Unreachable(String(error));
  }
}
