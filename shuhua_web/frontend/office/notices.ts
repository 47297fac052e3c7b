/** Short notices in the corner, read out by screen readers. */
import Toast from "bootstrap/js/dist/toast";
import { make } from "./dom";
import { texts } from "./texts";

/** Shows `text` for some seconds; an error stays until it is closed. */
export function notify(text: string, kind: "info" | "error" = "info"): void {
  const close = make("button", {
    type: "button",
    class: "btn-close",
    "data-bs-dismiss": "toast",
    "aria-label": texts.close,
  });
  const toast = make(
    "div",
    { class: `toast toast-${kind}`, role: kind === "error" ? "alert" : "status", "aria-atomic": "true" },
    make("div", { class: "toast-body" }, make("span", {}, text), close),
  );
  corner().append(toast);
  toast.addEventListener("hidden.bs.toast", () => toast.remove());
  new Toast(toast, { autohide: kind === "info", delay: 5000 }).show();
}

function corner(): HTMLElement {
  const found = document.getElementById("notices");
  if (found) {
    return found;
  }
  const made = make("div", { id: "notices", class: "toast-container position-fixed bottom-0 end-0 p-3" });
  document.body.append(made);
  return made;
}
