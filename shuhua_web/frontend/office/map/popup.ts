/** What is shown of a point when it is pressed: the same values as in the list, as text only. */
import { make, ownAddress } from "../dom";
import { texts } from "../texts";
import { symbol, type Legend } from "./markers";

/** The properties of a feature that is one point. */
export interface PointProperties {
  title: string;
  kind?: string;
  state?: string;
  state_label?: string;
  /** An address of this server. */
  url?: string;
  rows?: { label: string; value: string }[];
}

export function popup(properties: PointProperties, legend: Legend): HTMLElement {
  const look = legend.states.find(({ value }) => value === properties.state);
  const shape = legend.kinds.find(({ value }) => value === properties.kind)?.shape;
  const content = make("div", { class: "map-popup" }, make("h3", {}, properties.title));
  const state = properties.state_label ?? look?.label;
  if (state) {
    content.append(make("p", { class: "map-popup-state" }, symbol(shape, look?.colour, look?.sign), ` ${state}`));
  }
  const rows = (properties.rows ?? []).filter(({ value }) => value !== "");
  if (rows.length > 0) {
    content.append(make("dl", {}, ...rows.flatMap(({ label, value }) => [make("dt", {}, label), make("dd", {}, value)])));
  }
  const address = properties.url ? ownAddress(properties.url) : null;
  if (address) {
    content.append(make("a", { href: address, "data-beside": "" }, texts.open));
  }
  return content;
}
