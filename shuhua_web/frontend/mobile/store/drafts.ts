/** Forms that were begun. Every change is on disk within a moment, and at once when the app goes out of sight. */
import { database, type Draft } from "./database";
import type { JsonObject } from "../queue/types";
import { session } from "./session";

const PAUSE = 250;
const unsaved = new Map<string, Draft>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** The draft of a form that is asked for by its id, else the newest one, if one was begun. */
export async function draftOf(form: string, id: string | null): Promise<Draft | undefined> {
  await saveNow();
  const drafts = await database.drafts.where("form").equals(form).toArray();
  const mine = drafts.filter((each) => each.owner === session.user?.id && (id === null || each.id === id));
  return mine.sort((one, other) => other.at - one.at)[0];
}

export function newDraft(form: string, title: string, place: string, values: JsonObject): Draft {
  return { id: crypto.randomUUID(), owner: session.user?.id ?? 0, form, title, place, values, at: Date.now() };
}

/** Notes a change; `at once` for what must not be lost for a moment, as a photo just taken. */
export function saveSoon(draft: Draft): void {
  unsaved.set(draft.id, { ...draft, values: JSON.parse(JSON.stringify(draft.values)) as JsonObject, at: Date.now() });
  clearTimeout(timer);
  timer = setTimeout(() => void saveNow(), PAUSE);
}

export async function saveNow(): Promise<void> {
  clearTimeout(timer);
  const drafts = [...unsaved.values()];
  unsaved.clear();
  if (drafts.length > 0) {
    // Where there is no room they stay to be written, and are tried again with the next change.
    await database.drafts.bulkPut(drafts).catch((error: unknown) => {
      console.warn(String(error));
      drafts.filter((draft) => !unsaved.has(draft.id)).forEach((draft) => unsaved.set(draft.id, draft));
    });
  }
}

/** Takes a draft away, also one whose last change was not yet written. */
export async function forget(id: string): Promise<void> {
  unsaved.delete(id);
  await database.drafts.delete(id);
}

/** What was sent must not come back as a draft. */
export const settle = (id: string): boolean => unsaved.delete(id);

export function watchLeaving(): void {
  document.addEventListener("visibilitychange", () => void saveNow());
  addEventListener("pagehide", () => void saveNow());
}
