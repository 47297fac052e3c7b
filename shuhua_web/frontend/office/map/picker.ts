/**
 * A map to set a position by. `<div data-map-picker data-longitude="#lng" data-latitude="#lat">` shows the position of the
 * two fields, and writes into them where the map is pressed or the marker is dragged to, in WGS-84. The fields stay the
 * way for the keyboard. `data-source-field` names a field that then says `map click`.
 */
import * as L from "leaflet";
import type { Position } from "../outline";
import { fromDatum, toDatum } from "./datum";
import { baseMap } from "./map";
import { pointIcon } from "./markers";

export function showPicker(element: HTMLElement): void {
  const field = (name: string): HTMLInputElement | null => {
    const selector = element.dataset[name];
    return selector ? document.querySelector<HTMLInputElement>(selector) : null;
  };
  const [longitudeField, latitudeField, sourceField] = [field("longitude"), field("latitude"), field("sourceField")];
  if (!longitudeField || !latitudeField) {
    throw new Error("a position picker needs data-longitude and data-latitude");
  }
  const { map, basemaps } = baseMap(element, () => mark());
  const legend = { kinds: [{ value: "", label: "", shape: "pin" }], states: [{ value: "", label: "", colour: "red" }] };
  const marker = L.marker([0, 0], { icon: pointIcon(legend, "", ""), draggable: true, keyboard: false });

  const entered = (): Position | null => {
    const values: Position = [parseFloat(longitudeField.value), parseFloat(latitudeField.value)];
    const good = Math.abs(values[0]) <= 180 && Math.abs(values[1]) <= 90;
    return good ? values : null;
  };
  const mark = (): void => {
    const position = entered();
    if (position) {
      const [longitude, latitude] = toDatum(position, basemaps.datum);
      marker.setLatLng([latitude, longitude]).addTo(map);
    } else {
      marker.remove();
    }
  };
  const take = ({ lng, lat }: L.LatLng): void => {
    const [longitude, latitude] = fromDatum([lng, lat], basemaps.datum);
    longitudeField.value = longitude.toFixed(6);
    latitudeField.value = latitude.toFixed(6);
    if (sourceField) {
      sourceField.value = element.dataset["sourceValue"] ?? "map";
    }
    latitudeField.dispatchEvent(new Event("change", { bubbles: true }));
  };

  map.on("click", (event) => take(event.latlng));
  marker.on("dragend", () => take(marker.getLatLng()));
  for (const input of [longitudeField, latitudeField]) {
    input.addEventListener("change", mark);
  }
  mark();
  if (map.hasLayer(marker)) {
    map.setView(marker.getLatLng(), 13);
  }
}
