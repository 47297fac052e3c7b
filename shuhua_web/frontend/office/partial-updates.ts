/** htmx, set up for a strict content security policy, our CSRF token and our way of showing errors. */
import htmx from "htmx.org";
import { askConfirmation } from "./confirm";
import { enhanceAll } from "./enhance";
import { notify } from "./notices";
import { texts } from "./texts";

export function startPartialUpdates(): void {
  htmx.config.allowEval = false;
  htmx.config.allowScriptTags = false;
  htmx.config.includeIndicatorStyles = false;
  htmx.config.selfRequestsOnly = true;
  // Pages hold personal data: no copy of them stays behind in the browser's storage.
  htmx.config.historyCacheSize = 0;
  htmx.config.refreshOnHistoryMiss = true;
  htmx.config.responseHandling = [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    // A form comes back with its errors, a record with the state it is in by now.
    { code: "(409|422)", swap: true },
    { code: "[45]..", swap: false, error: true },
  ];

  document.addEventListener("htmx:load", (event) => enhanceAll(event.target as HTMLElement));
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content;
    if (token) {
      (event as CustomEvent).detail.headers["X-CSRF-Token"] = token;
    }
  });
  document.addEventListener("htmx:confirm", (event) => {
    const { question, issueRequest } = (event as CustomEvent).detail;
    if (question) {
      event.preventDefault();
      void askConfirmation(question).then((yes) => yes && issueRequest(true));
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    const xhr: XMLHttpRequest = (event as CustomEvent).detail.xhr;
    if (xhr.status === 401) {
      location.reload(); // the session has ended: the server shows its sign-in page
      return;
    }
    notify(problemText(xhr) ?? texts.failed, "error");
  });
  document.addEventListener("htmx:sendError", () => notify(texts.offline, "error"));
}

/** What a problem document (RFC 9457) says to people. */
function problemText(xhr: XMLHttpRequest): string | undefined {
  if (!xhr.getResponseHeader("Content-Type")?.includes("json")) {
    return undefined;
  }
  try {
    const problem = JSON.parse(xhr.responseText) as { title?: unknown; detail?: unknown };
    return [problem.detail, problem.title].find((text) => typeof text === "string") as string | undefined;
  } catch {
    return undefined;
  }
}
