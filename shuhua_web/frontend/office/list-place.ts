/**
 * The place in a list: how far it was scrolled and which row was open are there again when one comes back to the same
 * address, and the crumb of a record leads to the list as it was left. Kept for the tab only.
 */

const SCROLL = "shuhua:scroll:";
const LAST = "shuhua:last:";

function store(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // The list then begins at its top.
  }
}

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function here(): string {
  return location.pathname + location.search;
}

function note(): void {
  const list = document.getElementById("listing");
  const box = list?.querySelector<HTMLElement>("[data-keep-scroll]");
  if (!list) {
    return;
  }
  const row = [...list.querySelectorAll("tbody > tr")].findIndex((each) => each.classList.contains("grid-current"));
  store(SCROLL + here(), JSON.stringify([window.scrollY, box?.scrollLeft ?? 0, box?.scrollTop ?? 0, row]));
  store(LAST + location.pathname, here());
}

function restore(): void {
  const list = document.getElementById("listing");
  const kept = read(SCROLL + here());
  if (!list || kept === null) {
    return;
  }
  const [top, left, inner, row] = JSON.parse(kept) as [number, number, number, number];
  const box = list.querySelector<HTMLElement>("[data-keep-scroll]");
  box?.scrollTo(left, inner);
  window.scrollTo(0, top);
  list.querySelectorAll("tbody > tr")[row]?.classList.add("grid-current");
}

/** Links of the crumbs to a list that was open in this tab lead to where one was in it. */
function mendCrumbs(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>(".breadcrumb a[href]")) {
    const last = read(LAST + new URL(link.href).pathname);
    if (last !== null && new URL(link.href).search === "") {
      link.href = last;
    }
  }
}

export function startPlaces(): void {
  const kind = (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined)?.type;
  const fromCrumb = document.referrer !== "" && new URL(document.referrer).pathname.startsWith(`${location.pathname}/`);
  if (kind === "back_forward" || kind === "reload" || fromCrumb) {
    restore();
  }
  mendCrumbs();
  window.addEventListener("pagehide", note);
  document.addEventListener("htmx:afterSettle", note);
  document.addEventListener("click", note);
}
