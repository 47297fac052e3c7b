/** Choice lists that the office keeps, kept on the phone too: forms offer them and records show their words without a network. */
import { reactive } from "vue";
import { read } from "../api/client";
import { language } from "../i18n";
import { setSetting, setting } from "./database";

export interface Word {
  code: string;
  zh: string;
  en: string;
  /** Since when new entries may not choose it. */
  retired_at: string | null;
  /** Types of equipment that it is offered for; none: for all. */
  applies_to: string[];
}

interface Lists {
  token: string;
  items: { name: string; words: Word[] }[];
}

const kept = reactive<{ words: Record<string, Word[]> }>({ words: {} });

function take(lists: Lists | undefined): void {
  kept.words = Object.fromEntries((lists?.items ?? []).map(({ name, words }) => [name, words]));
}

export async function restoreChoices(): Promise<void> {
  take(await setting<Lists>("choices"));
}

/** Reads the lists; while nothing has changed in them, next to nothing comes over the line. */
export async function readChoices(): Promise<void> {
  const known = await setting<Lists>("choices");
  const found = await read<Lists>(known ? `/choices?known=${encodeURIComponent(known.token)}` : "/choices");
  if (found.token !== known?.token) {
    await setSetting("choices", found);
    take(found);
  }
}

/** What a new entry may choose; for a piece of this type, where it is known. A word that was chosen before stays. */
export function offered(list: string, type: string | null = null, chosen: unknown = null): Word[] {
  const fits = (word: Word): boolean => word.applies_to.length === 0 || type === null || word.applies_to.includes(type);
  return (kept.words[list] ?? []).filter((word) => word.code === chosen || (word.retired_at === null && fits(word)));
}

/** A word of a list in the present language; the code where the list does not have it. */
export function wordOf(list: string, code: string | null | undefined): string {
  const found = (kept.words[list] ?? []).find((word) => word.code === code);
  return found?.[language.now] ?? code ?? "";
}
