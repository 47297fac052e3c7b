/** The app's own texts, in Chinese and English; labels of data come from the server in the caller's language. */
import { Locale } from "vant";
import enUS from "vant/es/locale/lang/en-US";
import zhCN from "vant/es/locale/lang/zh-CN";
import { reactive } from "vue";
import { caller } from "../api/client";
import { setSetting } from "../store/database";
import { en } from "./en";
import type { Language } from "./language";
import { type Texts, zh } from "./zh";

export type TextName = keyof Texts;

export const language = reactive<{ now: Language }>({ now: "zh" });
const TEXTS: Record<Language, Texts> = { zh, en };

/** A text in the present language; `${name}` stands for a value. */
export function t(name: TextName, values: Record<string, string | number> = {}): string {
  return TEXTS[language.now][name].replace(/\$\{(\w+)\}/g, (_mark, key: string) => String(values[key] ?? ""));
}

/** The label of a name that data carries, as `result.repaired`, or the name itself. */
export function label(group: string, name: string, otherwise = name): string {
  const texts: Record<string, string> = TEXTS[language.now];
  return texts[`${group}.${name}`] ?? otherwise;
}

export function use(chosen: Language): void {
  language.now = chosen;
  caller.language = chosen === "zh" ? "zh-Hans" : "en";
  document.documentElement.lang = caller.language;
  document.title = t("app");
  Locale.use(chosen === "zh" ? "zh-CN" : "en-US", chosen === "zh" ? zhCN : enUS);
}

export async function choose(chosen: Language): Promise<void> {
  use(chosen);
  await setSetting("language", chosen);
}
