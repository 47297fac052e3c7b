/** Places within the app: `#/task/12`. A table of patterns, and the way back that phones expect. */
import { shallowReactive } from "vue";

export interface Place {
  path: string;
  parts: string[];
  query: URLSearchParams;
}

export const place = shallowReactive<Place>(placeOf(location.hash));

function placeOf(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  return { path: `/${parts.join("/")}`, parts, query: new URLSearchParams(query) };
}

addEventListener("hashchange", () => {
  Object.assign(place, placeOf(location.hash));
  scrollTo(0, 0);
});

/** How many places of ours lie behind this one. */
let depth = 0;

export function go(path: string): void {
  depth += 1;
  location.hash = path;
}

/** Puts another place here, without a way back to this one. */
export function replace(path: string): void {
  history.replaceState(null, "", `#${path}`);
  Object.assign(place, placeOf(path));
  scrollTo(0, 0);
}

export function back(): void {
  if (depth > 0) {
    depth -= 1;
    history.back();
  } else {
    replace("/");
  }
}
