/**
 * Days and moments as the house writes them, `2026-11-22` and `2026-11-22 16:56`, whatever language the browser speaks.
 *
 * A browser draws `<input type="date">` in its own pattern (an English one asks for mm/dd/yyyy), and no page can change that.
 * So at a desk the field becomes text that forgives other ways of writing, and the browser's calendar opens from its button,
 * or with Alt+↓. Where fingers point, the browser's own field stays: its wheel is better than a keyboard.
 */
import { make, makeSvg } from "./dom";
import { enhance } from "./enhance";
import { texts } from "./texts";

const WAYS = [
  /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(\d{1,2})[:：](\d{2})(?::\d{2})?)?$/,
  /^(\d{4})(\d{2})(\d{2})(?:[T\s]+(\d{1,2})[:：]?(\d{2}))?$/,
  /^()(\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(\d{1,2})[:：](\d{2}))?$/,
];

/** A day or moment however it was typed, as the house writes it; `null` for what is none. */
export function readDate(typed: string, timed: boolean, today: string): string | null {
  const found = WAYS.map((way) => way.exec(typed.trim())).find(Boolean);
  if (!found) {
    return null;
  }
  const [, year, month, day, hour, minute] = found;
  const two = (part: string | undefined): string => (part ?? "0").padStart(2, "0");
  const date = `${year || today.slice(0, 4)}-${two(month)}-${two(day)}`;
  if (Number.isNaN(Date.parse(date)) || new Date(date).toISOString().slice(0, 10) !== date) {
    return null;
  }
  if (!timed) {
    return hour === undefined ? date : null;
  }
  return Number(hour ?? 0) < 24 && Number(minute ?? 0) < 60 ? `${date} ${two(hour)}:${two(minute)}` : null;
}

/** The day so many days later; the time of day stays. */
function shifted(value: string, days: number): string {
  const date = new Date(value.slice(0, 10));
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10) + value.slice(10);
}

function dateField(element: HTMLElement): void {
  const field = element as HTMLInputElement;
  const timed = field.type === "datetime-local";
  const today = document.documentElement.dataset["today"] ?? new Date().toISOString().slice(0, 10);
  const calendar = make("input", { type: field.type, class: "date-calendar", tabindex: "-1", "aria-hidden": "true" });
  const icon = makeSvg("svg", { class: "icon", "aria-hidden": "true" });
  icon.append(makeSvg("use", { href: `${document.documentElement.dataset["icons"] ?? ""}#calendar` }));
  const button = make("button", { type: "button", class: "date-open", tabindex: "-1", title: texts.calendar }, icon);
  button.setAttribute("aria-label", texts.calendar);
  const box = make("span", { class: timed ? "date-field date-field-timed" : "date-field" });

  // What is no date is kept as the server wrote it, beside what it says of it; the native field had dropped it.
  const written = (field.value || (field.getAttribute("value") ?? "")).replace("T", " ");
  field.type = "text";
  field.value = written;
  field.setAttribute("value", written);
  field.maxLength = 25;
  field.autocomplete = "off";
  field.placeholder = timed ? texts.moment_pattern : texts.date_pattern;
  field.replaceWith(box);
  box.append(field, calendar, button);

  const tell = (value: string): void => {
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const open = (): void => {
    calendar.value = (readDate(field.value, timed, today) ?? "").replace(" ", "T");
    calendar.showPicker();
  };
  button.addEventListener("click", open);
  calendar.addEventListener("change", (event) => {
    event.stopPropagation();
    tell(calendar.value.replace("T", " "));
    field.focus();
  });
  field.addEventListener("change", () => {
    field.value = readDate(field.value, timed, today) ?? field.value;
  });
  field.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.key === "Enter") {
      field.value = readDate(field.value, timed, today) ?? field.value;
    } else if (event.altKey && event.key === "ArrowDown") {
      event.preventDefault();
      open();
    } else if (step && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const present = readDate(field.value, timed, today);
      if (present ?? !field.value) {
        event.preventDefault();
        tell(present ? shifted(present, step) : timed ? `${today} 18:00` : today);
      }
    }
  });
}

export function startDates(): void {
  if (matchMedia("(pointer: fine)").matches) {
    enhance("input[type=date]:not(.date-calendar), input[type=datetime-local]:not(.date-calendar)", dateField);
  }
}
