/** Base maps, as map providers describe them: tiles of a provider, or layers of our own. */
import * as L from "leaflet";
import { texts } from "../texts";
import type { Datum } from "./datum";
import { OUTLINES } from "./layers";

/** One entry of `data-basemaps`; texts are in the reader's language already. */
export interface Basemap {
  name: string;
  label: string;
  attribution: string;
  datum: Datum;
  tiles?: string | null;
  subdomains?: string[];
  layers?: { name: string; min_zoom: number }[];
  min_zoom?: number;
  max_zoom?: number;
  approval_number?: string | null;
  note?: string | null;
}

/** What is shown without any map provider: sketches only, and said to be so. */
export const SKETCH: Basemap = {
  name: "outline",
  label: texts.outline,
  attribution: "Natural Earth, Apache ECharts",
  datum: "wgs84",
  layers: [
    { name: "world-land", min_zoom: 0 },
    { name: "china-provinces", min_zoom: 0 },
    { name: "china-prefectures", min_zoom: 6 },
  ],
  note: texts.map_sketch,
};

/** Shows base maps on a map, one at a time, and tells which datum holds. */
export class Basemaps {
  datum: Datum = "wgs84";
  private map: L.Map;

  constructor(map: L.Map, basemaps: Basemap[], changed: () => void) {
    this.map = map;
    const usable = basemaps.filter((basemap) => {
      // Baidu cuts its tiles by a grid of its own, which needs a plugin's own map.
      const good = basemap.layers?.length || (basemap.tiles && basemap.datum !== "bd09");
      return good || console.error(`base map ${basemap.name} cannot be drawn`);
    });
    const shown = usable.length > 0 ? usable : [SKETCH];
    const byLabel = new Map(shown.map((basemap) => [basemap.label, basemap]));
    const layers: Record<string, L.Layer> = {};
    for (const [label, basemap] of byLabel) {
      layers[label] = layerOf(basemap);
    }
    const first = shown[0] ?? SKETCH;
    layers[first.label]?.addTo(map);
    this.use(first);
    if (byLabel.size > 1) {
      // Leaflet writes labels as markup, so that what is no plain text must be made so.
      const escaped = Object.fromEntries(Object.entries(layers).map(([label, layer]) => [asText(label), layer]));
      L.control.layers(escaped, {}, { position: "topright" }).addTo(map);
      map.on("baselayerchange", ({ layer }: L.LayersControlEvent) => {
        const label = Object.keys(layers).find((each) => layers[each] === layer);
        this.use(byLabel.get(label ?? "") ?? first);
        changed();
      });
    }
  }

  private use(basemap: Basemap): void {
    this.datum = basemap.datum;
    this.map.setMinZoom(Math.max(basemap.min_zoom ?? 0, 2));
    this.map.setMaxZoom(basemap.max_zoom ?? 18);
    const container = this.map.getContainer();
    const note = container.querySelector(".map-note") ?? L.DomUtil.create("div", "map-note", container);
    note.textContent = [basemap.note, basemap.approval_number].filter(Boolean).join(" · ");
  }
}

function layerOf(basemap: Basemap): L.Layer {
  const attribution = asText(basemap.attribution);
  if (basemap.tiles) {
    return L.tileLayer(basemap.tiles.replace("{-y}", "{y}"), {
      attribution,
      subdomains: basemap.subdomains ?? [],
      tms: basemap.tiles.includes("{-y}"),
      minZoom: basemap.min_zoom ?? 0,
      maxZoom: basemap.max_zoom ?? 18,
    });
  }
  const group = L.layerGroup([], { attribution });
  for (const { name, min_zoom } of basemap.layers ?? []) {
    const layer = OUTLINES[name]?.(min_zoom);
    if (layer) {
      group.addLayer(layer);
    } else {
      console.error(`there is no layer ${name}`);
    }
  }
  return group;
}

/** A text as markup that shows exactly this text. */
function asText(text: string): string {
  const element = document.createElement("span");
  element.textContent = text;
  return element.innerHTML;
}
