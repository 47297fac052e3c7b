/**
 * A map of points that the server clusters. `<div data-map>` with
 *
 * - `data-source`: address of a GeoJSON collection; `bbox=west,south,east,north` and `zoom=` are added on every move;
 * - `data-legend`: shapes of kinds and colours of states (`Legend`);
 * - `data-basemaps`: base maps to choose from (`Basemap[]`), else the built-in sketch;
 * - `data-bounds`: `west,south,east,north` to begin with, else all of China;
 * - `data-filters`: selector of a form whose fields narrow the source and reload the map when they change.
 *
 * A feature with `properties.cluster` carries `count` and `states` (state → count); any other is a point
 * (`PointProperties`). Positions are WGS-84.
 */
import "leaflet/dist/leaflet.css";
import * as L from "leaflet";
import { jsonAttribute } from "../dom";
import { notify } from "../notices";
import type { Position } from "../outline";
import { texts } from "../texts";
import { Basemaps, type Basemap } from "./basemaps";
import { fromDatum, toDatum } from "./datum";
import { NAMES } from "./layers";
import { legendControl } from "./legend";
import { clusterIcon, pointIcon, type Legend } from "./markers";
import { popup, type PointProperties } from "./popup";

interface ClusterProperties {
  cluster: true;
  count: number;
  states?: Record<string, number>;
}

type Feature = GeoJSON.Feature<GeoJSON.Point, ClusterProperties | PointProperties>;

const NAMES_ZOOM = 4.5;
const CHINA: L.LatLngBoundsLiteral = [[18, 73.5], [53.5, 135]];

/** An empty map with its base maps, which the picker uses too. */
export function baseMap(element: HTMLElement, changed: () => void): { map: L.Map; basemaps: Basemaps } {
  const map = L.map(element, { worldCopyJump: true, zoomSnap: 0.5, renderer: L.canvas({ padding: 0.3 }) });
  map.attributionControl.setPrefix(false);
  map.createPane(NAMES).style.zIndex = "450";
  // Names of provinces would hide each other on a map of the whole country.
  map.on("zoomend", () => element.classList.toggle("map-far", map.getZoom() < NAMES_ZOOM));
  map.fitBounds(boundsOf(element.dataset["bounds"]) ?? CHINA);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  const basemaps = new Basemaps(map, jsonAttribute<Basemap[]>(element, "data-basemaps") ?? [], changed);
  new ResizeObserver(() => map.invalidateSize()).observe(element);
  return { map, basemaps };
}

export function showMap(element: HTMLElement): void {
  const source = element.dataset["source"];
  if (!source) {
    throw new Error("a map needs data-source");
  }
  const legend = { kinds: [], states: [], ...jsonAttribute<Partial<Legend>>(element, "data-legend") };
  const { map, basemaps } = baseMap(element, () => void points.load());
  const points = new Points(map, basemaps, legend, source, element);
  if (legend.kinds.length + legend.states.length > 0) {
    legendControl(legend).addTo(map);
  }
  map.on("moveend", () => void points.load());
  points.watchFilters();
  void points.load();
}

class Points {
  private shown = L.layerGroup();
  private asked: AbortController | undefined;
  private map: L.Map;
  private basemaps: Basemaps;
  private legend: Legend;
  private source: string;
  private element: HTMLElement;

  constructor(map: L.Map, basemaps: Basemaps, legend: Legend, source: string, element: HTMLElement) {
    this.map = map;
    this.basemaps = basemaps;
    this.legend = legend;
    this.source = source;
    this.element = element;
    this.shown.addTo(map);
  }

  watchFilters(): void {
    const form = this.filterForm();
    form?.addEventListener("change", () => void this.load());
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.load();
    });
    form?.addEventListener("reset", () => setTimeout(() => void this.load()));
  }

  /** Fetches what is in view; only the last request counts. */
  async load(): Promise<void> {
    this.asked?.abort();
    const asked = new AbortController();
    this.asked = asked;
    this.element.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.address(), { signal: asked.signal, headers: { Accept: "application/geo+json" } });
      if (answer.status === 401) {
        location.reload(); // the session has ended: the server shows its sign-in page
        return;
      }
      if (!answer.ok) {
        throw new Error(`${answer.status}`);
      }
      const { features } = (await answer.json()) as { features: Feature[] };
      this.show(features);
    } catch (error) {
      if (!asked.signal.aborted) {
        console.error(error);
        notify(texts.map_failed, "error");
      }
    } finally {
      if (this.asked === asked) {
        this.element.removeAttribute("aria-busy");
      }
    }
  }

  private address(): URL {
    const address = new URL(this.source, location.href);
    const form = this.filterForm();
    for (const [name, value] of form ? new FormData(form) : []) {
      if (typeof value === "string" && value !== "") {
        address.searchParams.append(name, value);
      }
    }
    const view = this.map.getBounds();
    const corner = (longitude: number, latitude: number): Position =>
      fromDatum([longitude, latitude], this.basemaps.datum);
    const [west, south] = corner(Math.max(view.getWest(), -180), Math.max(view.getSouth(), -90));
    const [east, north] = corner(Math.min(view.getEast(), 180), Math.min(view.getNorth(), 90));
    address.searchParams.set("bbox", [west, south, east, north].map((value) => value.toFixed(6)).join(","));
    address.searchParams.set("zoom", String(Math.floor(this.map.getZoom())));
    return address;
  }

  private show(features: Feature[]): void {
    // A popup that is open stays open: a moved map asks again, and the point comes back with the new answer.
    const open = this.openPopup();
    this.shown.clearLayers();
    for (const feature of features) {
      const marker = this.marker(feature);
      this.shown.addLayer(marker);
      if (open !== undefined && feature.id === open) {
        marker.openPopup();
      }
    }
  }

  private openPopup(): Feature["id"] {
    let open: Feature["id"];
    this.shown.eachLayer((layer) => {
      if (layer.isPopupOpen()) {
        open = (layer as L.Marker & { featureId?: Feature["id"] }).featureId;
      }
    });
    return open;
  }

  private marker({ id, geometry, properties }: Feature): L.Marker {
    const [x = 0, y = 0] = geometry.coordinates;
    const [longitude, latitude] = toDatum([x, y], this.basemaps.datum);
    const place: L.LatLngTuple = [latitude, longitude];
    if ("cluster" in properties) {
      const { count, states = {} } = properties;
      const name = `${count} ${texts.points}`;
      return L.marker(place, { icon: clusterIcon(this.legend, count, states), alt: name, title: name }).on("click", () =>
        this.map.setView(place, Math.min(this.map.getZoom() + 2, this.map.getMaxZoom())),
      );
    }
    const { title, kind, state } = properties;
    const marker = L.marker(place, { icon: pointIcon(this.legend, kind, state), alt: title, title });
    marker.bindPopup(() => popup(properties, this.legend), { autoPan: false, maxWidth: 320 });
    return Object.assign(marker, { featureId: id });
  }

  private filterForm(): HTMLFormElement | null {
    const selector = this.element.dataset["filters"];
    return selector ? document.querySelector<HTMLFormElement>(selector) : null;
  }
}

function boundsOf(text: string | undefined): L.LatLngBoundsLiteral | null {
  const [west, south, east, north, ...more] = (text ?? "").split(",").map(Number);
  const numbers = [west, south, east, north];
  if (more.length > 0 || !numbers.every((value) => value !== undefined && Number.isFinite(value))) {
    return null;
  }
  return [[south as number, west as number], [north as number, east as number]];
}
