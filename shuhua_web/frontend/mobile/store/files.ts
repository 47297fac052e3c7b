/** Photos and recordings: kept on disk before anything else, brought to the server in pieces, let go after its receipt. */
import * as tus from "tus-js-client";
import { reactive } from "vue";
import { ask, headers, Problem, ROOT, Unreachable } from "../api/client";
import type { Answer, JsonObject, Uploaded } from "../queue/types";
import { database, type FileKind, type KeptFile } from "./database";
import { session } from "./session";

/** How much of each file has gone, 0 to 1, while it goes. */
export const progress = reactive(new Map<string, number>());

const SMALL = 64 * 1024;
const LARGE = 1024 * 1024;
/** Milliseconds without a byte after which a line counts as dead. */
const STALLED = 45_000;
/** What tus answers when an upload has to be looked at anew: it goes on, or begins again. */
const ANEW = new Set([404, 409, 410, 423, 460]);
const EXTENSION = /\.[a-z0-9]{2,5}$/i;

/** Keeps a file on the phone; gives its id when it is on disk. Raises what the database raises when there is no room. */
export async function keep(bytes: Blob, kind: FileKind, name: string): Promise<string> {
  const id = crypto.randomUUID();
  // A file that was picked is only a reference to it, which may be gone when the app is opened again: its bytes are read now.
  const content = await bytes.arrayBuffer();
  const file: KeptFile = {
    id,
    owner: session.user?.id ?? 0,
    kind,
    name: EXTENSION.test(name) ? name : `${id}.${kind}`,
    type: bytes.type || "application/octet-stream",
    size: content.byteLength,
    sha256: await sha256(content),
    bytes: new Blob([content], { type: bytes.type }),
    madeAt: Date.now(),
    upload: null,
    sent: 0,
    media: null,
  };
  await database.files.add(file);
  return id;
}

export async function sha256(content: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export type Room = "enough" | "little" | "none";

/** The room that was found last, for a word on every screen. */
export const storage = reactive<{ room: Room }>({ room: "enough" });

/** Bytes that a few photos or a short film take. */
const NEEDED = 20_000_000;

/** Whether there is room for another recording; asked before it is made. */
export async function room(): Promise<Room> {
  const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const free = quota === 0 ? Infinity : quota - usage;
  storage.room = free < NEEDED || !(await fits(NEEDED)) ? "none" : free < 10 * NEEDED ? "little" : "enough";
  return storage.room;
}

/** Whether so much can be written: browsers no longer tell the quota that they go by, so that pages cannot be told apart by it. */
async function fits(bytes: number): Promise<boolean> {
  const name = "shuhua-room";
  try {
    const probe = await caches.open(name);
    await probe.put("/m/room", new Response(new Blob([new Uint8Array(bytes)])));
    return true;
  } catch (error) {
    // Where there is no such storage at all (an in-app browser), nothing can be said beforehand.
    return !(error instanceof DOMException && error.name === "QuotaExceededError");
  } finally {
    await globalThis.caches?.delete(name).catch(() => false);
  }
}

/** Brings a kept file to the server. Stored is only what the server has the same SHA-256 of. */
export async function upload(id: string): Promise<Uploaded> {
  const file = await database.files.get(id);
  if (!file) {
    return refused(410, "file_gone");
  }
  if (file.media !== null) {
    return { kind: "stored", media: file.media };
  }
  if (file.bytes === null) {
    return refused(410, "file_gone");
  }
  try {
    const at = await send(file, file.bytes);
    return await receipt(file, at);
  } catch (error) {
    const answer = failure(error);
    if (answer.kind === "answer" && ANEW.has(answer.status)) {
      await startOver(id);
      return { ...answer, status: 503 };
    }
    return answer;
  } finally {
    progress.delete(id);
  }
}

function send(file: KeptFile, bytes: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    let watch: ReturnType<typeof setTimeout> | undefined;
    const stillAlive = (): void => {
      clearTimeout(watch);
      watch = setTimeout(() => {
        void going.abort();
        reject(new Unreachable("nothing moves"));
      }, STALLED);
    };
    const going = new tus.Upload(bytes, {
      endpoint: `${ROOT}/uploads`,
      ...(file.upload === null ? {} : { uploadUrl: file.upload }),
      chunkSize: pieceSize(),
      retryDelays: [1000, 3000],
      storeFingerprintForResuming: false,
      headers: headers(),
      metadata: { filename: file.name, filetype: file.type, sha256: file.sha256 },
      onUploadUrlAvailable: () => {
        void database.files.update(file.id, { upload: going.url });
      },
      onProgress: (sent) => {
        stillAlive();
        progress.set(file.id, file.size > 0 ? sent / file.size : 1);
      },
      onChunkComplete: (_size, sent) => {
        void database.files.update(file.id, { sent });
      },
      onError: (error) => {
        clearTimeout(watch);
        reject(error);
      },
      onSuccess: () => {
        clearTimeout(watch);
        resolve(going.url ?? "");
      },
    });
    stillAlive();
    going.start();
  });
}

/** Small pieces where little gets through, so that little is lost when it breaks. */
function pieceSize(): number {
  const link = (navigator as { connection?: { effectiveType?: string; saveData?: boolean } }).connection;
  return link?.effectiveType === undefined || link.effectiveType === "4g" ? LARGE : SMALL;
}

async function receipt(file: KeptFile, at: string): Promise<Uploaded> {
  const path = new URL(at, location.href).pathname.replace(ROOT, "");
  const { status, body, retryAfter } = await ask("GET", path);
  if (status >= 400) {
    await startOver(file.id);
    return { kind: "answer", status: 503, body, retryAfter };
  }
  const media = (body["media"] ?? null) as JsonObject | null;
  if (body["sha256"] !== file.sha256 || typeof media?.["id"] !== "number") {
    // Not what was sent: the copy here is the only good one.
    await startOver(file.id);
    return { kind: "answer", status: 503, body: { code: "receipt_differs" }, retryAfter: null };
  }
  await database.files.update(file.id, { media: media["id"], sent: file.size });
  return { kind: "stored", media: media["id"] };
}

async function startOver(id: string): Promise<void> {
  await database.files.update(id, { upload: null, sent: 0 });
}

function failure(error: unknown): Answer {
  if (error instanceof tus.DetailedError && error.originalResponse) {
    const answer = error.originalResponse;
    return { kind: "answer", status: answer.getStatus(), body: problem(answer.getBody()), retryAfter: null };
  }
  if (error instanceof Unreachable || error instanceof tus.DetailedError) {
    return { kind: "unreachable" };
  }
  return error instanceof Problem ? { kind: "answer", status: error.status, body: error.body, retryAfter: null } : refused(0, "failed");
}

function problem(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return {};
  }
}

function refused(status: number, code: string): Answer {
  return { kind: "answer", status, body: { code }, retryAfter: null };
}

/** Forgets that files are at the server, where the phone still has them. */
export async function sendAgain(ids: Iterable<string>): Promise<void> {
  for (const id of ids) {
    const file = await database.files.get(id);
    if (file && file.bytes !== null) {
      await database.files.update(id, { media: null, upload: null, sent: 0 });
    }
  }
}

/** Lets go of the bytes of files that the server has and nobody needs any more. */
export async function letGo(ids: Iterable<string>): Promise<void> {
  for (const id of ids) {
    const file = await database.files.get(id);
    if (file && file.media !== null) {
      await database.files.update(id, { bytes: null });
    }
  }
}
