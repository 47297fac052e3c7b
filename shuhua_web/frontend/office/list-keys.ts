/** A list by keyboard: j and k move, Enter opens, x ticks, / searches, ? tells. While somebody types, ↓ leads to the rows. */

const CURRENT = "grid-current";

function rows(): HTMLTableRowElement[] {
  return [...document.querySelectorAll<HTMLTableRowElement>("#listing table.grid > tbody > tr")];
}

function current(): HTMLTableRowElement | undefined {
  return rows().find((row) => row.classList.contains(CURRENT));
}

/** Makes a row the current one: it is marked, scrolled into sight, and its link has the focus. */
function go(row: HTMLTableRowElement | undefined): void {
  if (!row) {
    return;
  }
  current()?.classList.remove(CURRENT);
  row.classList.add(CURRENT);
  row.scrollIntoView({ block: "nearest" });
  link(row)?.focus({ preventScroll: true });
}

function link(row: HTMLTableRowElement | undefined): HTMLAnchorElement | null {
  return row?.querySelector<HTMLAnchorElement>("td.grid-first a[href]") ?? null;
}

function move(step: number): void {
  const all = rows();
  const present = current();
  const focused = all.find((row) => row.contains(document.activeElement));
  const at = all.indexOf(present ?? focused ?? all[step > 0 ? -1 : all.length] ?? (null as never));
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
  go(all[next]);
}

const KEYS: Record<string, () => void> = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  Enter: () => link(current())?.click(),
  o: () => {
    const address = link(current())?.href;
    if (address) {
      window.open(address, "_blank", "noopener");
    }
  },
  x: () => current()?.querySelector<HTMLInputElement>("[data-select-row]")?.click(),
  "/": () => document.querySelector<HTMLInputElement>("#filter-q")?.focus(),
  "[": () => document.querySelector<HTMLAnchorElement>("#listing .pages a[rel=prev]")?.click(),
  "]": () => document.querySelector<HTMLAnchorElement>("#listing .pages a[rel=next]")?.click(),
  "?": () => document.querySelector<HTMLDialogElement>("[data-keys-dialog]")?.showModal(),
};

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    const action = KEYS[event.key];
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    const typing = target.matches("input:not([type=checkbox]), select, textarea, [contenteditable]");
    if (!action || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !document.getElementById("listing")) {
      return;
    }
    if (event.key === "ArrowDown" && target.id === "filter-q") {
      event.preventDefault();
      move(1);
      return;
    }
    if (typing || document.querySelector(".modal.show, .offcanvas.show, dialog[open], details[data-menu][open]")) {
      return;
    }
    // A link or button that has the focus is pressed by Enter as everywhere.
    if (event.key === "Enter" && (target.matches("a, button, summary, input") || !current())) {
      return;
    }
    event.preventDefault();
    action();
  });
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-keys-help]")) {
      document.querySelector<HTMLDialogElement>("[data-keys-dialog]")?.showModal();
    }
    const row = target?.closest<HTMLTableRowElement>("#listing table.grid > tbody > tr");
    if (row) {
      current()?.classList.remove(CURRENT);
      row.classList.add(CURRENT);
    }
  });
}
