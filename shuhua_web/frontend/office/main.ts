/** The office's front end: what every page loads. The map and the charts come only where a page has one. */
import "@tabler/core/dist/css/tabler.css";
import "./style/office.css";
import "bootstrap/js/dist/alert";
import "bootstrap/js/dist/collapse";
import "bootstrap/js/dist/dropdown";
import "bootstrap/js/dist/modal";
import "bootstrap/js/dist/tab";
import iconsAddress from "../generated/icons.svg?url";
import { startConfirmation } from "./confirm";
import { startDates } from "./dates";
import { enhance, enhanceAll } from "./enhance";
import { startFocus } from "./focus";
import { startForms } from "./forms";
import { showLightbox } from "./lightbox";
import { startLists } from "./lists";
import { notify } from "./notices";
import { startPartialUpdates } from "./partial-updates";
import { startRecords } from "./records";
import { texts } from "./texts";

// Names the sprite, so that it stands in the manifest, where the templates find it.
document.documentElement.dataset["icons"] = iconsAddress;

startConfirmation();
startDates();
startFocus();
startForms();
startLists();
startPartialUpdates();
startRecords();

enhance("[data-lightbox]", showLightbox);
enhance(".office-menu a[aria-current]", (line) => {
  const menu = line.closest<HTMLElement>(".office-menu");
  if (menu && line.offsetTop + line.offsetHeight > menu.clientHeight) {
    menu.scrollTop = line.offsetTop - menu.clientHeight / 2;
  }
});
enhance("[data-map]", (element) => {
  import("./map/map").then(({ showMap }) => showMap(element)).catch(() => notify(texts.map_failed, "error"));
});
enhance("[data-map-picker]", (element) => {
  import("./map/picker").then(({ showPicker }) => showPicker(element)).catch(() => notify(texts.map_failed, "error"));
});
enhance("[data-chart]", (element) => {
  import("./charts").then(({ showChart }) => showChart(element)).catch(() => notify(texts.charts_failed, "error"));
});

enhanceAll(document.body);
