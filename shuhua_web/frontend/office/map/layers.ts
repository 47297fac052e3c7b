/** The layers that the office carries itself: outlines as sketches, loaded when they come into view. */
import * as L from "leaflet";
import { feature } from "topojson-client";
import insetAddress from "../../generated/map/inset.json?url";
import provincesAddress from "../../generated/map/provinces.json?url";
import worldAddress from "../../generated/map/world.json?url";
import { make, makeSvg } from "../dom";
import { decodeRing, type EncodedLayer, type EncodedRegion, type Position } from "../outline";
import { texts } from "../texts";

const cityAddresses = import.meta.glob<string>("../../generated/map/cities-*.json", {
  query: "?url",
  import: "default",
  eager: true,
});

/** What a basemap may ask for by name; `minZoom` keeps small divisions off a map of the whole country. */
export const OUTLINES: Record<string, (minZoom: number) => L.Layer> = {
  "world-land": () => land(),
  // China is never shown without the islands of the South China Sea.
  "china-provinces": () => L.layerGroup([new Provinces(), new SouthChinaSea()]),
  "china-prefectures": (minZoom) => new Prefectures(minZoom),
};

/** The pane of the names, below the markers; the map must have it. */
export const NAMES = "names";

const style = (name: string): L.PathOptions => {
  const css = getComputedStyle(document.documentElement);
  const colour = (part: string): string => css.getPropertyValue(`--map-${name}-${part}`).trim();
  return {
    interactive: false,
    color: colour("line"),
    fillColor: colour("fill"),
    weight: Number(colour("width")) || 1,
    fillOpacity: colour("fill") ? 1 : 0,
    fill: Boolean(colour("fill")),
  };
};

const files = new Map<string, Promise<unknown>>();

/** A file of ours, fetched once. */
function load<T>(address: string): Promise<T> {
  let found = files.get(address);
  if (!found) {
    found = fetch(address).then((answer) => {
      if (!answer.ok) {
        throw new Error(`${address}: ${answer.status}`);
      }
      return answer.json();
    });
    found.catch(() => files.delete(address));
    files.set(address, found);
  }
  return found as Promise<T>;
}

/** Fills a layer that is shown at once when its data has come. */
function later(fill: (group: L.LayerGroup) => Promise<void>): L.LayerGroup {
  const group = L.layerGroup();
  group.once("add", () => void fill(group).catch((error: unknown) => console.error(error)));
  return group;
}

function land(): L.Layer {
  return later(async (group) => {
    const world = await load<TopoJSON.Topology>(worldAddress);
    const shape = feature(world, world.objects["land"] as TopoJSON.GeometryCollection);
    group.addLayer(L.geoJSON(shape, { style: () => style("land"), interactive: false }));
  });
}

/** The provinces that a map shows, by the first two digits of their code. */
const shownProvinces = new WeakMap<L.Map, Map<string, L.Polygon>>();

class Provinces extends L.LayerGroup {
  override onAdd(map: L.Map): this {
    super.onAdd(map);
    if (!shownProvinces.has(map)) {
      shownProvinces.set(map, new Map());
      void this.fill(map).catch((error: unknown) => console.error(error));
    }
    return this;
  }

  override onRemove(map: L.Map): this {
    shownProvinces.delete(map);
    this.clearLayers();
    return super.onRemove(map);
  }

  private async fill(map: L.Map): Promise<void> {
    const { regions } = await load<EncodedLayer>(provincesAddress);
    for (const region of regions) {
      const polygon = outline(region, "province");
      this.addLayer(polygon);
      this.addLayer(nameTag(region, "map-name map-name-province"));
      shownProvinces.get(map)?.set(region.id.slice(0, 2), polygon);
    }
  }
}

function outline(region: EncodedRegion, kind: string): L.Polygon {
  const turn = ([longitude, latitude]: Position): L.LatLngTuple => [latitude, longitude];
  return L.polygon(
    region.polygons.map((rings) => rings.map((ring) => decodeRing(ring).map(turn))),
    style(kind),
  );
}

function nameTag(region: EncodedRegion, className: string): L.Marker {
  const [longitude, latitude] = region.centre;
  return L.marker([latitude, longitude], {
    interactive: false,
    keyboard: false,
    pane: NAMES,
    icon: L.divIcon({ className, html: make("span", { "aria-hidden": "true" }, region.name), iconSize: [0, 0] }),
  });
}

/** Prefectures of the provinces in view. Their coast is finer, so they take the place of their province. */
class Prefectures extends L.LayerGroup {
  private shown = new Set<string>();
  private boxes: Promise<[code: string, box: L.LatLngBounds][]> | undefined;
  private minZoom: number;

  constructor(minZoom: number) {
    super();
    this.minZoom = minZoom;
  }

  override onAdd(map: L.Map): this {
    super.onAdd(map);
    map.on("moveend", this.update, this);
    void this.update();
    return this;
  }

  override onRemove(map: L.Map): this {
    map.off("moveend", this.update, this);
    this.clear(map);
    return super.onRemove(map);
  }

  private async update(): Promise<void> {
    const map = this._map;
    if (!map || map.getZoom() < this.minZoom) {
      this.clear(map);
      return;
    }
    this.boxes ??= load<EncodedLayer>(provincesAddress).then(({ regions }) => regions.map(boxOf));
    const view = map.getBounds();
    const wanted = (await this.boxes).filter(([, box]) => box.intersects(view)).map(([code]) => code);
    await Promise.all(wanted.filter((code) => !this.shown.has(code)).map((code) => this.show(map, code)));
  }

  private async show(map: L.Map, code: string): Promise<void> {
    const address = cityAddresses[`../../generated/map/cities-${code}.json`];
    this.shown.add(code);
    const { regions } = address ? await load<EncodedLayer>(address) : { regions: [] };
    // A municipality is one region, which the provinces show better. And the map may have moved on meanwhile.
    if (regions.length < 2 || !this.shown.has(code)) {
      return;
    }
    shownProvinces.get(map)?.get(code)?.setStyle({ stroke: false, fill: false });
    for (const region of regions) {
      this.addLayer(outline(region, "prefecture"));
      this.addLayer(nameTag(region, "map-name map-name-prefecture"));
    }
  }

  private clear(map: L.Map | null): void {
    for (const polygon of (map && shownProvinces.get(map)?.values()) ?? []) {
      polygon.setStyle({ stroke: true, fill: true });
    }
    this.shown.clear();
    this.clearLayers();
  }
}

function boxOf(region: EncodedRegion): [string, L.LatLngBounds] {
  const turn = ([longitude, latitude]: Position): L.LatLngTuple => [latitude, longitude];
  const positions = region.polygons.flatMap((rings) => rings.flatMap((ring) => decodeRing(ring).map(turn)));
  return [region.id.slice(0, 2), L.latLngBounds(positions)];
}

/** The islands of the South China Sea, as an inset in the map's corner. */
class SouthChinaSea extends L.Layer {
  private box: HTMLElement | undefined;

  override onAdd(map: L.Map): this {
    const drawing = makeSvg("svg", { viewBox: "-1 -1 66 96", "aria-hidden": "true" });
    const title = make("span", {}, texts.south_china_sea);
    this.box = make("div", { class: "map-inset", role: "img", "aria-label": texts.south_china_sea });
    this.box.append(drawing, title);
    map.getContainer().append(this.box);
    load<{ polygons: Position[][] }>(insetAddress)
      .then(({ polygons }) => {
        for (const ring of polygons) {
          drawing.append(makeSvg("polygon", { points: ring.map((point) => point.join(",")).join(" ") }));
        }
      })
      .catch((error: unknown) => console.error(error));
    return this;
  }

  override onRemove(): this {
    this.box?.remove();
    return this;
  }
}
