/** Dates and distances as people write them. */
import { language, t } from "../i18n";
import { now } from "../store/clock";

const two = (value: number): string => String(value).padStart(2, "0");

/** `2026-11-22 16:56`, in the phone's own time. */
export function moment(text: string | null | undefined): string {
  if (!text) {
    return "";
  }
  const at = new Date(text);
  return `${day(at)} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function day(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** A time as `<input type="datetime-local">` takes it. */
export function asLocalInput(text: string | null): string {
  return text ? moment(text).replace(" ", "T") : "";
}

/** And back, with its zone. */
export function fromLocalInput(text: string): string | null {
  const at = new Date(text);
  return text && !Number.isNaN(at.getTime()) ? at.toISOString() : null;
}

export function distance(metres: number): string {
  return metres < 1000 ? t("metres", { n: Math.round(metres) }) : t("kilometres", { n: (metres / 1000).toFixed(1) });
}

export function size(bytes: number): string {
  if (bytes >= 1e9) {
    return `${(bytes / 1e9).toFixed(1)} GB`;
  }
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** "in 3 hours", "2 days ago". */
export function relative(text: string): string {
  const minutes = Math.round((Date.parse(text) - now()) / 60_000);
  const words = new Intl.RelativeTimeFormat(language.now === "zh" ? "zh-CN" : "en", { numeric: "auto" });
  if (Math.abs(minutes) < 60) {
    return words.format(minutes, "minute");
  }
  return Math.abs(minutes) < 48 * 60 ? words.format(Math.round(minutes / 60), "hour") : words.format(Math.round(minutes / 1440), "day");
}
