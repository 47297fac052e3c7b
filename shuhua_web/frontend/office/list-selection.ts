/**
 * Rows that are ticked, kept over the pages of a list until they are cleared or used: in the tab's own storage, so that
 * they are there again when one comes back from a record, and gone with the tab.
 */
import Modal from "bootstrap/js/dist/modal";
import htmx from "htmx.org";
import { notify } from "./notices";
import { texts } from "./texts";

const MOST = 200;

function listing(): HTMLElement | null {
  return document.getElementById("listing");
}

function key(): string {
  return `shuhua:ticked:${listing()?.dataset["listing"] ?? ""}`;
}

export function ticked(): Set<string> {
  try {
    return new Set((sessionStorage.getItem(key()) ?? "").split(",").filter(Boolean));
  } catch {
    return new Set(rows().filter((row) => row.checked).map((row) => row.value));
  }
}

function keep(ids: Set<string>): void {
  try {
    if (ids.size === 0) {
      sessionStorage.removeItem(key());
    } else {
      sessionStorage.setItem(key(), [...ids].join(","));
    }
  } catch {
    // Only this page knows then.
  }
}

function rows(): HTMLInputElement[] {
  return [...(listing()?.querySelectorAll<HTMLInputElement>("[data-select-row]") ?? [])];
}

/** Shows what is ticked: boxes, rows, count, buttons. */
function show(): void {
  const ids = ticked();
  for (const row of rows()) {
    row.checked = ids.has(row.value);
    row.closest("tr")?.classList.toggle("grid-ticked", row.checked);
  }
  const all = listing()?.querySelector<HTMLInputElement>("[data-select-all]");
  if (all) {
    const here = rows().filter((row) => row.checked).length;
    all.checked = here > 0 && here === rows().length;
    all.indeterminate = here > 0 && !all.checked;
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-needs-selection]")) {
    button.disabled = ids.size === 0;
  }
  for (const count of document.querySelectorAll<HTMLElement>("[data-selection-count]")) {
    count.textContent = String(ids.size);
  }
  for (const part of document.querySelectorAll<HTMLElement>("[data-selection]")) {
    part.hidden = ids.size === 0;
  }
  for (const field of document.querySelectorAll<HTMLInputElement>("[data-selected-ids]")) {
    field.value = [...ids].join(",");
  }
}

/**
 * `<table data-selectable>`: `[data-select-all]` in the head ticks every `[data-select-row]`. Each `[data-needs-selection]`
 * button is enabled while something is ticked; `[data-selection-count]` shows how many. With Shift a range is ticked.
 */
export function selectRows(table: HTMLElement): void {
  let last: HTMLInputElement | null = null;
  let withShift = false;
  table.addEventListener("click", (event) => {
    withShift = event.shiftKey;
  });
  table.addEventListener("change", (event) => {
    const box = event.target as HTMLInputElement;
    const ids = ticked();
    const set = (row: HTMLInputElement, on: boolean): void => void (on ? ids.add(row.value) : ids.delete(row.value));
    if (box.matches("[data-select-all]")) {
      rows().forEach((row) => set(row, box.checked));
    } else if (box.matches("[data-select-row]")) {
      const here = rows();
      const [from, to] = [here.indexOf(last ?? box), here.indexOf(box)].sort((one, other) => one - other);
      (withShift && last ? here.slice(from, (to ?? 0) + 1) : [box]).forEach((row) => set(row, box.checked));
      last = box;
    }
    if (ids.size > MOST) {
      notify(texts.too_many_ticked.replace("{n}", String(MOST)), "error");
    } else {
      keep(ids);
    }
    show();
  });
  show();
}

export function clearSelection(): void {
  keep(new Set());
  show();
}

/** Buttons of the toolbar, and the list behind a bulk action's dialog. */
export function startSelection(): void {
  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const bulk = target?.closest<HTMLElement>("[data-bulk]");
    if (bulk?.dataset["bulk"]) {
      openBulk(bulk.dataset["bulk"]);
    } else if (target?.closest("[data-selection-clear]")) {
      clearSelection();
    } else if (target?.closest("[data-print]")) {
      print();
    } else if (target?.closest("[data-bulk-close]")) {
      event.preventDefault();
      const dialog = document.getElementById("dialog");
      dialog && Modal.getOrCreateInstance(dialog).hide();
    }
  });
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement && event.target.matches("[data-export]")) {
      notify(texts.export_started, "info");
    }
  });
  document.addEventListener("hidden.bs.modal", (event) => {
    const dialog = event.target as HTMLElement;
    if (dialog.querySelector("[data-bulk-done]") && listing()) {
      dialog.querySelector("#dialog-body")?.replaceChildren();
      clearSelection();
      void htmx.ajax("get", location.href, { target: "#listing", swap: "outerHTML", select: "#listing" });
    }
  });
}

function openBulk(address: string): void {
  const dialog = document.getElementById("dialog");
  const url = new URL(address, location.href);
  url.searchParams.set("ids", [...ticked()].join(","));
  if (!dialog) {
    location.href = url.href;
    return;
  }
  void htmx
    .ajax("get", url.href, { target: "#dialog-body", swap: "innerHTML" })
    .then(() => Modal.getOrCreateInstance(dialog).show());
}
