/** Markers: shape tells the kind, colour the state, a sign inside repeats the state for who sees no colours. */
import * as L from "leaflet";
import { make, makeSvg } from "../dom";

export interface LegendEntry {
  value: string;
  label: string;
}

/**
 * `data-legend`: which shape a kind has, and which colour and sign a state has. A kind that is `beside` stands at the upper
 * right of its place, since a marker of another kind stands on it.
 */
export interface Legend {
  kinds: (LegendEntry & { shape: string; beside?: boolean })[];
  states: (LegendEntry & { colour: string; sign?: string })[];
}

/** Shapes in a box of 24 × 24. */
const SHAPES: Record<string, string> = {
  circle: "M12 2a10 10 0 1 0 0 20a10 10 0 1 0 0-20z",
  square: "M3 3h18v18H3z",
  diamond: "M12 1l11 11-11 11L1 12z",
  triangle: "M12 2l11 20H1z",
  hexagon: "M12 1l10 5.5v11L12 23 2 17.5v-11z",
  pentagon: "M12 1l11 8.5-4.2 13H5.2L1 9.5z",
  pin: "M12 1a9 9 0 0 1 9 9c0 6-9 13-9 13S3 16 3 10a9 9 0 0 1 9-9z",
  star: "M12 1l3.3 7.2 7.7.9-5.7 5.3 1.5 7.8L12 18.3 5.2 22.2l1.5-7.8L1 9.1l7.7-.9z",
};

/** Colours are names, styled in the sheet; an unknown one is grey. */
const COLOURS = new Set(["green", "blue", "yellow", "orange", "red", "purple", "grey", "black"]);

export function colourClass(colour: string | undefined): string {
  return `map-colour-${colour && COLOURS.has(colour) ? colour : "grey"}`;
}

/** The drawing of a marker, for the map and the legend alike. */
export function symbol(shape: string | undefined, colour: string | undefined, sign = ""): SVGElement {
  const path = SHAPES[shape ?? ""] ?? SHAPES["circle"] ?? "";
  const drawing = makeSvg(
    "svg",
    { viewBox: "0 0 24 24", class: `map-symbol ${colourClass(colour)}`, "aria-hidden": "true" },
    makeSvg("path", { d: path }),
  );
  if (sign) {
    const text = makeSvg("text", { x: "12", y: "16.5", "text-anchor": "middle" });
    text.textContent = [...sign][0] ?? "";
    drawing.append(text);
  }
  return drawing;
}

/** The marker of one point. */
export function pointIcon(legend: Legend, kind: string | undefined, state: string | undefined): L.DivIcon {
  const { shape, beside } = legend.kinds.find(({ value }) => value === kind) ?? {};
  const look = legend.states.find(({ value }) => value === state);
  return L.divIcon({
    className: "map-point",
    html: make("span", {}, symbol(shape, look?.colour, look?.sign)),
    iconSize: [26, 26],
    iconAnchor: beside ? [-4, 30] : [13, 13],
    popupAnchor: beside ? [17, -28] : [0, -11],
  });
}

/** The marker of a cluster: its count in a ring whose arcs are the shares of the states. */
export function clusterIcon(legend: Legend, count: number, states: Record<string, number>): L.DivIcon {
  const size = count < 10 ? 34 : count < 100 ? 40 : count < 1000 ? 46 : 54;
  const ring = makeSvg("svg", { viewBox: "0 0 42 42", "aria-hidden": "true" });
  const total = Object.values(states).reduce((sum, value) => sum + value, 0);
  let start = 0;
  for (const { value, colour } of legend.states) {
    const share = total > 0 ? ((states[value] ?? 0) / total) * 100 : 0;
    if (share > 0) {
      ring.append(
        makeSvg("circle", {
          class: colourClass(colour),
          cx: "21",
          cy: "21",
          r: "18.5",
          pathLength: "100",
          "stroke-dasharray": `${share} ${100 - share}`,
          "stroke-dashoffset": String(-start),
        }),
      );
      start += share;
    }
  }
  return L.divIcon({
    className: "map-cluster",
    html: make("span", {}, ring, make("b", {}, shortCount(count))),
    iconSize: [size, size],
  });
}

/** 1234 as 1.2k, so that it fits into the ring. */
function shortCount(count: number): string {
  if (count < 1000) {
    return String(count);
  }
  return count < 100_000 ? `${Math.round(count / 100) / 10}k` : `${Math.round(count / 1000)}k`;
}
