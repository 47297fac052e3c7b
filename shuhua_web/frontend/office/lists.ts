/** Habits of a list page: filters that fold, ranges of days, menus, rows that are ticked, keys, and a place that is kept. */
import { enhance } from "./enhance";
import { startKeys } from "./list-keys";
import { startPlaces } from "./list-place";
import { selectRows, startSelection } from "./list-selection";
import { recall, remember } from "./storage";

export function startLists(): void {
  enhance("[data-fold]", foldFilters);
  enhance("[data-date-range]", setRange);
  enhance("details[data-menu]", menu);
  enhance("table[data-selectable]", selectRows);
  enhance("[data-autosubmit]", (element) =>
    element.addEventListener("change", () => element.closest("form")?.requestSubmit()),
  );
  startSelection();
  startKeys();
  startPlaces();
}

/**
 * `<form data-fold="repairs">` with a `[data-fold-toggle]` button: shows and hides the filters of its `[data-fold-more]` rows
 * and remembers it by the given name. A filter that is set stays in sight, without those around it.
 */
function foldFilters(form: HTMLElement): void {
  const toggle = form.querySelector<HTMLElement>("[data-fold-toggle]");
  const more = [...form.querySelectorAll<HTMLElement>("[data-fold-more] > *")];
  const key = `fold:${form.dataset["fold"] ?? ""}`;
  const show = (open: boolean): void => {
    for (const part of more) {
      part.hidden = !open && !isSet(part);
    }
    toggle?.setAttribute("aria-expanded", String(open));
  };
  const isSet = (part: HTMLElement): boolean =>
    [...part.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select")].some((field) =>
      field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type) ? field.checked : field.value !== "",
    );
  show(recall(key) === "open");
  toggle?.addEventListener("click", () => {
    const open = toggle.getAttribute("aria-expanded") !== "true";
    show(open);
    remember(key, open ? "open" : "closed");
  });
}

/**
 * `<div data-date-range>` with two days and a select of quick ranges: choosing one empties the days, and typing a day takes
 * the range back, so that only one of both narrows the list.
 */
function setRange(box: HTMLElement): void {
  const range = box.querySelector("select");
  const days = [...box.querySelectorAll<HTMLInputElement>("input[name]")];
  range?.addEventListener("change", () => {
    if (range.value) {
      for (const day of days) {
        day.value = "";
      }
      range.form?.requestSubmit();
    }
  });
  for (const day of days) {
    day.addEventListener("change", () => {
      if (range && day.value) {
        range.value = "";
      }
    });
  }
}

/** `<details data-menu>`: closes on a click elsewhere and on Escape, which gives the focus back to its button. */
function menu(box: HTMLElement): void {
  const details = box as HTMLDetailsElement;
  document.addEventListener("click", (event) => {
    if (details.open && event.target instanceof Node && !details.contains(event.target)) {
      details.open = false;
    }
  });
  details.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && details.open) {
      event.stopPropagation();
      details.open = false;
      details.querySelector("summary")?.focus();
    }
  });
  details.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-bs-toggle=modal]")) {
      details.open = false;
    }
  });
}
