/** The legend in the map's corner. */
import * as L from "leaflet";
import { make } from "../dom";
import { symbol, type Legend } from "./markers";

export function legendControl(legend: Legend): L.Control {
  const control = new L.Control({ position: "bottomleft" });
  control.onAdd = () => {
    const kinds = legend.kinds.map(({ label, shape }) => item(symbol(shape, "outline"), label));
    const states = legend.states.map(({ label, colour, sign }) => item(symbol("circle", colour, sign), label));
    const box = make("div", { class: "map-legend" });
    for (const items of [kinds, states].filter((each) => each.length > 0)) {
      box.append(make("ul", {}, ...items));
    }
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  };
  return control;
}

function item(drawing: SVGElement, label: string): HTMLLIElement {
  return make("li", {}, drawing, label);
}
