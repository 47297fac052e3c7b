/** Forms: sent once, with lists of fields that grow, and buttons that print. */
import { enhance } from "./enhance";

export function startForms(): void {
  document.addEventListener("submit", sendOnce);
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[aria-busy]")) {
      release(form);
    }
  });
  enhance("[data-sequence]", growingList);
  enhance("[data-print]", (button) => button.addEventListener("click", () => window.print()));
}

/** A second press while the first is under way does nothing. The server's idempotency key is the guard; this is comfort. */
function sendOnce(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const byHtmx = form.matches("[hx-get], [hx-post], [hx-patch], [hx-put], [hx-delete]");
  if (event.defaultPrevented || byHtmx || form.method !== "post" || form.target === "_blank") {
    return;
  }
  form.setAttribute("aria-busy", "true");
  // After the browser has collected the fields, else the pressed button's own value would be lost.
  setTimeout(() => {
    for (const button of submitButtons(form)) {
      button.disabled = true;
    }
  });
}

function release(form: HTMLFormElement): void {
  form.removeAttribute("aria-busy");
  for (const button of submitButtons(form)) {
    button.disabled = false;
  }
}

function submitButtons(form: HTMLFormElement): HTMLButtonElement[] {
  return [...form.elements].filter(
    (element): element is HTMLButtonElement => element instanceof HTMLButtonElement && element.type === "submit",
  );
}

/**
 * `[data-sequence]` with `data-min` and `data-max`: `[data-sequence-add]` puts a copy of its
 * `<template data-sequence-prototype>` at the end of `[data-sequence-items]`; inside an item (`[data-sequence-item]`)
 * `[data-sequence-remove]` takes it away.
 */
function growingList(sequence: HTMLElement): void {
  const items = sequence.querySelector<HTMLElement>("[data-sequence-items]");
  const prototype = sequence.querySelector<HTMLTemplateElement>("template[data-sequence-prototype]");
  if (!items || !prototype) {
    return;
  }
  const [least, most] = [Number(sequence.dataset["min"] ?? 0), Number(sequence.dataset["max"] ?? Infinity)];
  const add = sequence.querySelector<HTMLButtonElement>("[data-sequence-add]");
  const update = (): void => {
    const count = items.querySelectorAll(":scope > [data-sequence-item]").length;
    if (add) {
      add.disabled = count >= most;
    }
    for (const button of items.querySelectorAll<HTMLButtonElement>(":scope > * [data-sequence-remove]")) {
      button.disabled = count <= least;
    }
  };
  sequence.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-sequence]") !== sequence) {
      return;
    }
    if (add && target.closest("[data-sequence-add]") === add) {
      const copy = prototype.content.cloneNode(true) as DocumentFragment;
      const first = copy.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea");
      makeIdsUnique(copy);
      items.append(copy);
      first?.focus();
      update();
    } else if (target.closest("[data-sequence-remove]")) {
      target.closest("[data-sequence-item]")?.remove();
      add?.focus();
      update();
    }
  });
  update();
}

let copies = 0;

/** Gives every id of a copy a number, and whatever refers to it the same. */
function makeIdsUnique(copy: DocumentFragment): void {
  copies += 1;
  const renamed = new Map<string, string>();
  for (const element of copy.querySelectorAll("[id]")) {
    renamed.set(element.id, `${element.id}-${copies}`);
    element.id = `${element.id}-${copies}`;
  }
  for (const name of ["for", "aria-labelledby", "aria-describedby", "list"]) {
    for (const element of copy.querySelectorAll(`[${name}]`)) {
      const ids = element.getAttribute(name)?.split(/\s+/) ?? [];
      element.setAttribute(name, ids.map((id) => renamed.get(id) ?? id).join(" "));
    }
  }
}
