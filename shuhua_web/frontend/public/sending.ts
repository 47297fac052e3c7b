/**
 * Sending a form with its progress. The form stays where it is until the server has answered, so a link that breaks loses nothing;
 * it is sent again under the same key, which the server carries out once. Without script the browser sends the form itself.
 */
import { forgetForm } from "./drafts";

/** Milliseconds without a byte going either way, after which the link counts as broken. */
const SILENCE = 60_000;

const words = (name: string): string => document.querySelector<HTMLElement>("main")?.dataset[name] ?? "";

/** Where the form tells how far it is. */
interface Board {
  tell(text: string, share?: number): void;
  fail(text: string): void;
  clear(): void;
}

function boardOf(form: HTMLFormElement): Board {
  const box = document.createElement("div");
  box.className = "sending";
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.setAttribute("aria-label", words("busy"));
  const text = document.createElement("p");
  text.setAttribute("role", "status");
  const problem = document.createElement("p");
  problem.setAttribute("role", "alert");
  problem.className = "error";
  box.append(bar, text, problem);
  bar.hidden = true;
  form.append(box);
  return {
    tell(said, share) {
      bar.hidden = share === undefined;
      bar.value = share ?? 0;
      text.textContent = said;
      problem.textContent = "";
    },
    fail(said) {
      bar.hidden = true;
      text.textContent = "";
      problem.textContent = said;
      box.scrollIntoView({ block: "nearest" });
    },
    clear() {
      bar.hidden = true;
      text.textContent = "";
      problem.textContent = "";
    },
  };
}

/** Takes over the sending of a form; `renewed` is told of a page that came back in its place. */
export function sendWithProgress(form: HTMLFormElement, renewed: (main: HTMLElement) => void): void {
  const button = form.querySelector<HTMLButtonElement>("button[type=submit], button:not([type])");
  if (!button) {
    return;
  }
  const named = button.textContent ?? "";
  const board = boardOf(form);
  const stop = document.createElement("button");
  stop.type = "button";
  stop.className = "btn btn-large";
  stop.textContent = words("stop");
  stop.hidden = true;
  button.after(stop);

  const show = (sending: boolean): void => {
    button.setAttribute("aria-disabled", String(sending));
    button.textContent = sending ? words("busy") : named;
    stop.hidden = !sending;
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") {
      return;
    }
    const data = new FormData(form);
    const heavy = [...data.values()].some((value) => value instanceof File && value.size > 0);
    const request = new XMLHttpRequest();
    let watch: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const alive = (): void => {
      clearTimeout(watch);
      watch = setTimeout(() => request.abort(), SILENCE);
    };
    const over = (): void => {
      clearTimeout(watch);
      show(false);
    };
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      alive();
      if (heavy && total > 0) {
        const share = Math.floor((loaded / total) * 100);
        board.tell(share < 100 ? words("sent").replace("{n}", String(share)) : words("received"), share);
      }
    });
    request.addEventListener("load", () => {
      over();
      answered(form, request, board, renewed);
    });
    for (const broken of ["error", "abort", "timeout"]) {
      request.addEventListener(broken, () => {
        over();
        board.fail(words(stopped ? "stopped" : "broken"));
      });
    }
    stop.onclick = () => {
      stopped = true;
      request.abort();
    };
    show(true);
    board.clear();
    if (heavy) {
      board.tell(words("sent").replace("{n}", "0"), 0);
    }
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    alive();
    request.send(data);
  });
  // Coming back to the page by the browser's arrow, it can be sent again.
  addEventListener("pageshow", () => show(false));
}

/** The server has spoken: on to where it leads, the form with what is wrong in it, or why it was not taken. */
function answered(form: HTMLFormElement, request: XMLHttpRequest, board: Board, renewed: (main: HTMLElement) => void): void {
  const leads = request.getResponseHeader("HX-Redirect");
  if (leads) {
    forgetForm(form);
    location.assign(leads);
    return;
  }
  const main = new DOMParser().parseFromString(request.responseText, "text/html").querySelector<HTMLElement>("main");
  const again = main?.querySelector<HTMLFormElement>(form.id ? `form#${CSS.escape(form.id)}` : "form");
  if (!main || !again) {
    board.fail(main?.querySelector("[role=alert]")?.textContent || main?.querySelector("h1")?.textContent || words("broken"));
    return;
  }
  // Files that were chosen stay chosen: a browser gives none back.
  for (const chosen of form.querySelectorAll<HTMLInputElement>("input[type=file]")) {
    const control = again.querySelector<HTMLInputElement>(`input[type=file][name="${CSS.escape(chosen.name)}"]`);
    if (control && chosen.files) {
      control.files = chosen.files;
    }
  }
  document.querySelector("main")?.replaceWith(main);
  renewed(main);
  main.querySelector("[role=alert], .error, .invalid-feedback")?.scrollIntoView({ block: "center" });
}
