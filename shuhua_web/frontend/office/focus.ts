/**
 * Where the keyboard is after a part of the page was replaced: in the first field of a form that came, at what has to be put
 * right in it, or where it was. Never back at the top of the page.
 */
const FIELDS = "input:not([type=hidden], [type=file]), select, textarea, button[type=submit], a[href]";

/** The first field that is wrong, else the first one. */
function focusForm(body: HTMLElement): void {
  const field =
    body.querySelector<HTMLElement>("[autofocus]") ??
    body.querySelector<HTMLElement>("[aria-invalid=true]") ??
    [...body.querySelectorAll<HTMLElement>(FIELDS)].find((each) => each.offsetParent || each.matches(".btn-check"));
  (field ?? body.closest<HTMLElement>("[tabindex]"))?.focus({ preventScroll: true });
}

/** The way from a part of the page down to an element in it, as a selector; parts that come anew are built alike. */
function wayTo(element: Element, root: Element): string | null {
  const rel = element.getAttribute("rel");
  if (rel) {
    return `[rel="${rel}"]`;
  }
  const steps: string[] = [];
  for (let each: Element | null = element; each && each !== root; each = each.parentElement) {
    const place = [...(each.parentElement?.children ?? [])].indexOf(each) + 1;
    steps.unshift(`${each.localName}:nth-child(${place})`);
  }
  return steps.length ? `:scope > ${steps.join(" > ")}` : null;
}

export function startFocus(): void {
  const dialog = document.getElementById("dialog");
  const body = document.getElementById("dialog-body");
  let way: string | null = null;

  document.addEventListener("htmx:beforeSwap", (event) => {
    const root = (event as CustomEvent<{ target: Element }>).detail.target;
    const active = document.activeElement;
    way = root.id === "listing" && active && root.contains(active) && !active.id ? wayTo(active, root) : null;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const lost = document.activeElement === document.body || document.activeElement === dialog;
    if (body && event.target instanceof Node && (event.target === body || body.contains(event.target))) {
      if (lost && dialog?.classList.contains("show")) {
        focusForm(body);
      }
      return;
    }
    const listing = document.getElementById("listing");
    if (way && lost && listing) {
      const found = listing.querySelector<HTMLElement>(way);
      found?.focus();
      if (document.activeElement === document.body) {
        (listing.querySelector<HTMLElement>(".grid-box[tabindex]") ?? document.getElementById("content"))?.focus();
      }
      way = null;
    }
  });
  dialog?.addEventListener("shown.bs.modal", () => body?.childElementCount && focusForm(body));
}
