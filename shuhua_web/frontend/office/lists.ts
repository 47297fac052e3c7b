/** Habits of a list page: filters that fold, columns that are chosen, rows that are ticked, ranges of days. */
import { enhance } from "./enhance";
import { recall, remember } from "./storage";

export function startLists(): void {
  enhance("[data-fold]", foldFilters);
  enhance("[data-column-chooser]", chooseColumns);
  enhance("table[data-selectable]", selectRows);
  enhance("[data-range]", setRange);
  enhance("[data-autosubmit]", (element) =>
    element.addEventListener("change", () => element.closest("form")?.requestSubmit()),
  );
}

/**
 * `<form data-fold="repairs">` with a `[data-fold-toggle]` button: shows and hides its `[data-fold-more]` rows and
 * remembers it by the given name. A filter that is set behind the fold opens it.
 */
function foldFilters(form: HTMLElement): void {
  const toggle = form.querySelector<HTMLElement>("[data-fold-toggle]");
  const more = [...form.querySelectorAll<HTMLElement>("[data-fold-more]")];
  const key = `fold:${form.dataset["fold"] ?? ""}`;
  const show = (open: boolean): void => {
    for (const part of more) {
      part.hidden = !open;
    }
    toggle?.setAttribute("aria-expanded", String(open));
  };
  const isSet = more.some((part) =>
    [...part.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input:not([type=hidden]), select")].some((field) =>
      field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type) ? field.checked : field.value !== "",
    ),
  );
  show(isSet || recall(key) === "open");
  toggle?.addEventListener("click", () => {
    const open = toggle.getAttribute("aria-expanded") !== "true";
    show(open);
    remember(key, open ? "open" : "closed");
  });
}

/**
 * `<div data-column-chooser="tasks" data-table="#tasks">` with a checkbox `value="column"` for each column; cells carry
 * `data-column`. Hides the others, remembers it, and tells `a[data-export]` which columns to write (`columns=a,b`).
 */
function chooseColumns(chooser: HTMLElement): void {
  const key = `columns:${chooser.dataset["columnChooser"] ?? ""}`;
  const boxes = [...chooser.querySelectorAll<HTMLInputElement>("input[type=checkbox]")];
  const tableSelector = chooser.dataset["table"] ?? "table";
  const hidden = new Set(recall(key)?.split(","));
  for (const box of boxes) {
    box.checked = box.disabled || (recall(key) === null ? box.checked : !hidden.has(box.value));
  }
  const apply = (): void => {
    const off = new Set(boxes.filter((box) => !box.checked).map((box) => box.value));
    for (const cell of document.querySelectorAll<HTMLElement>(`${tableSelector} [data-column]`)) {
      cell.hidden = off.has(cell.dataset["column"] ?? "");
    }
    for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-export]")) {
      const address = new URL(link.href);
      address.searchParams.set("columns", boxes.filter((box) => box.checked).map((box) => box.value).join(","));
      link.href = address.href;
    }
  };
  chooser.addEventListener("change", () => {
    remember(key, boxes.filter((box) => !box.checked).map((box) => box.value).join(","));
    apply();
  });
  document.addEventListener("htmx:afterSettle", apply);
  apply();
}

/**
 * `<table data-selectable>`: `[data-select-all]` in the head ticks every `[data-select-row]`. Each `[data-needs-selection]`
 * button on the page is enabled while something is ticked; `[data-selection-count]` shows how many.
 */
function selectRows(table: HTMLElement): void {
  const all = table.querySelector<HTMLInputElement>("[data-select-all]");
  const rows = (): HTMLInputElement[] => [...table.querySelectorAll<HTMLInputElement>("[data-select-row]")];
  const update = (): void => {
    const ticked = rows().filter((row) => row.checked).length;
    if (all) {
      all.checked = ticked > 0 && ticked === rows().length;
      all.indeterminate = ticked > 0 && !all.checked;
    }
    for (const button of document.querySelectorAll<HTMLButtonElement>("[data-needs-selection]")) {
      button.disabled = ticked === 0;
    }
    for (const count of document.querySelectorAll<HTMLElement>("[data-selection-count]")) {
      count.textContent = String(ticked);
    }
  };
  table.addEventListener("change", (event) => {
    if (event.target === all && all) {
      for (const row of rows()) {
        row.checked = all.checked;
      }
    }
    update();
  });
  update();
}

/** `<button data-range="week" data-from="#from" data-to="#to">`: today, week, month, quarter or year, until today's end. */
function setRange(button: HTMLElement): void {
  button.addEventListener("click", () => {
    const field = (selector: string | undefined): HTMLInputElement | null =>
      selector ? document.querySelector<HTMLInputElement>(selector) : null;
    const from = field(button.dataset["from"]);
    const to = field(button.dataset["to"]);
    const [first, last] = daysOf(button.dataset["range"] ?? "today", today());
    if (from && to) {
      from.value = first;
      to.value = last;
      to.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}

/** The deployment's day, which the server writes into `<html data-today="2026-11-22">`; else this device's. */
function today(): Date {
  const [year, month, day] = (document.documentElement.dataset["today"] ?? "").split("-").map(Number);
  return year && month && day ? new Date(year, month - 1, day) : new Date();
}

function daysOf(range: string, day: Date): [string, string] {
  const [year, month] = [day.getFullYear(), day.getMonth()];
  const quarter = month - (month % 3);
  const sinceMonday = (day.getDay() + 6) % 7;
  switch (range) {
    case "week":
      return [isoDay(new Date(year, month, day.getDate() - sinceMonday)), isoDay(day)];
    case "month":
      return [isoDay(new Date(year, month, 1)), isoDay(day)];
    case "quarter":
      return [isoDay(new Date(year, quarter, 1)), isoDay(day)];
    case "year":
      return [isoDay(new Date(year, 0, 1)), isoDay(day)];
    default:
      return [isoDay(day), isoDay(day)];
  }
}

function isoDay(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
