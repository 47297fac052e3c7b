/** The day's tasks on a map of outlines, numbered as in the list; loaded when it is first looked at. */
import "leaflet/dist/leaflet.css";
import "../../office/style/map.css";
import * as L from "leaflet";
import { defineComponent, onMounted, onUnmounted, ref, watch } from "vue";
import { Basemaps } from "../../office/map/basemaps";
import { toDatum } from "../../office/map/datum";
import { NAMES } from "../../office/map/layers";
import { t } from "../i18n";
import type { Placed } from "../screens/day";
import { TaskCard } from "./card";
import { here, locate } from "./where";

export const TaskMap = defineComponent(
  (props: { tasks: Placed[] }) => {
    const element = ref<HTMLElement>();
    const chosen = ref<number | null>(null);
    let map: L.Map | undefined;
    let basemaps: Basemaps | undefined;
    const marks = L.layerGroup();

    const at = (spot: { longitude: number; latitude: number }): L.LatLngTuple => {
      const [longitude, latitude] = toDatum([spot.longitude, spot.latitude], basemaps?.datum ?? "wgs84");
      return [latitude, longitude];
    };

    function draw(): void {
      marks.clearLayers();
      props.tasks.forEach((task, index) => {
        if (task.spot) {
          const className = `map-mark severity-${task.data.severity}`;
          const icon = L.divIcon({ className, html: String(index + 1), iconSize: [44, 44] });
          const mark = L.marker(at(task.spot), { icon, title: `${index + 1} ${task.data.symptom}`, alt: task.data.symptom });
          mark.on("click keypress", () => (chosen.value = task.data.id)).addTo(marks);
        }
      });
      if (here.last) {
        L.circleMarker(at(here.last), { radius: 8, className: "map-here" }).bindTooltip(t("you_are_here")).addTo(marks);
      }
    }

    onMounted(() => {
      if (!element.value) {
        return;
      }
      map = L.map(element.value, { center: [35, 105], zoom: 4, attributionControl: true });
      map.attributionControl.setPrefix(false);
      map.createPane(NAMES).style.zIndex = "450";
      basemaps = new Basemaps(map, [], draw);
      marks.addTo(map);
      draw();
      const spots = props.tasks.flatMap((task) => (task.spot ? [at(task.spot)] : []));
      if (spots.length > 0) {
        map.fitBounds(L.latLngBounds(spots), { maxZoom: 13, padding: [48, 48] });
      }
      void locate().then(draw);
    });
    watch(() => props.tasks, draw);
    onUnmounted(() => map?.remove());

    return () => {
      const task = props.tasks.find((each) => each.data.id === chosen.value);
      return (
        <div class="map-screen">
          <div ref={element} class="map" data-map-ready="" role="application" aria-label={t("map")} />
          <div class="map-card">{task ? <TaskCard task={task} /> : <p class="hint">{t("press_number")}</p>}</div>
        </div>
      );
    };
  },
  { props: ["tasks"] },
);
