/**
 * Asks before something is done: `data-confirm="Really?"` on a form, a submit button or a link, or `hx-confirm`.
 * The dialog is the browser's own `<dialog>`: it keeps the keyboard inside and closes on Escape.
 */
import { make } from "./dom";
import { texts } from "./texts";

/** Resolves to whether the person agreed. */
export function askConfirmation(question: string, agree = texts.confirm): Promise<boolean> {
  const text = make("p", { class: "confirm-question", id: "confirm-question" }, question);
  const no = make("button", { type: "button", class: "btn", value: "no" }, texts.cancel);
  const yes = make("button", { type: "button", class: "btn btn-primary", value: "yes" }, agree);
  const dialog = make(
    "dialog",
    { class: "confirm", "aria-labelledby": "confirm-question" },
    text,
    make("div", { class: "confirm-buttons" }, no, yes),
  );
  document.body.append(dialog);
  return new Promise((resolve) => {
    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => dialog.close("yes"));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
    yes.focus();
  });
}

const confirmed = new WeakSet<HTMLElement>();

/** Watches the whole page, so that parts which come later are covered too. */
export function startConfirmation(): void {
  document.addEventListener("click", (event) => holdBack(event, clicked(event)), { capture: true });
  document.addEventListener("submit", (event) => holdBack(event, submitted(event)), { capture: true });
}

interface Held {
  asks: HTMLElement;
  goOn: () => void;
}

function clicked(event: MouseEvent): Held | null {
  const target = event.target instanceof Element ? event.target : null;
  const asks = target?.closest<HTMLElement>("a[data-confirm], button[data-confirm]");
  return asks ? { asks, goOn: () => asks.click() } : null;
}

function submitted(event: SubmitEvent): Held | null {
  const form = event.target as HTMLFormElement;
  return form.dataset["confirm"] ? { asks: form, goOn: () => form.requestSubmit(event.submitter) } : null;
}

function holdBack(event: Event, held: Held | null): void {
  if (!held || confirmed.delete(held.asks)) {
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const { confirm = "", confirmOk } = held.asks.dataset;
  void askConfirmation(confirm, confirmOk).then((yes) => {
    if (yes) {
      confirmed.add(held.asks);
      held.goOn();
      confirmed.delete(held.asks);
    } else {
      held.asks.focus();
    }
  });
}
