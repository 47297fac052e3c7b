/** The day's tasks on a map of outlines, numbered as in the list; loaded when it is first looked at. */
import "leaflet/dist/leaflet.css";
import "../../office/style/map.css";
import * as L from "leaflet";
import { defineComponent, onMounted, onUnmounted, ref, watch } from "vue";
import { Basemaps } from "../../office/map/basemaps";
import { toDatum } from "../../office/map/datum";
import { NAMES } from "../../office/map/layers";
import { t } from "../i18n";
import type { Placed } from "../store/records";
import { TaskCard } from "./card";
import { here, locate } from "./where";

export const TaskMap = defineComponent(
  (props: { tasks: Placed[] }) => {
    const element = ref<HTMLElement>();
    /** Tasks of the place that was pressed. */
    const chosen = ref<number[]>([]);
    let map: L.Map | undefined;
    let basemaps: Basemaps | undefined;
    const marks = L.layerGroup();

    const at = (spot: { longitude: number; latitude: number }): L.LatLngTuple => {
      const [longitude, latitude] = toDatum([spot.longitude, spot.latitude], basemaps?.datum ?? "wgs84");
      return [latitude, longitude];
    };

    /** Tasks at one place share a mark, which takes the colour of the most pressing. */
    function byPlace(): Placed[][] {
      const places = new Map<string, Placed[]>();
      for (const task of props.tasks.filter((each) => each.spot !== null)) {
        const key = `${task.spot?.longitude},${task.spot?.latitude}`;
        places.set(key, [...(places.get(key) ?? []), task]);
      }
      return [...places.values()];
    }

    function draw(): void {
      marks.clearLayers();
      for (const [index, tasks] of byPlace().entries()) {
        const [first] = tasks;
        if (first?.spot) {
          const className = `map-mark severity-${first.data.severity}`;
          const icon = L.divIcon({ className, html: `${index + 1}${tasks.length > 1 ? `·${tasks.length}` : ""}`, iconSize: [44, 44] });
          const mark = L.marker(at(first.spot), { icon, title: first.data.symptom, alt: first.data.symptom });
          mark.on("click keypress", () => (chosen.value = tasks.map((task) => task.data.id))).addTo(marks);
        }
      }
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
        map.fitBounds(L.latLngBounds(spots), { maxZoom: 10, padding: [48, 48] });
      }
      void locate().then(draw);
    });
    watch(() => props.tasks, draw);
    onUnmounted(() => map?.remove());

    return () => {
      const tasks = props.tasks.filter((each) => chosen.value.includes(each.data.id));
      return (
        <div class="map-screen">
          <div ref={element} class="map" data-map-ready="" role="application" aria-label={t("map")} />
          <div class="map-card">{tasks.length > 0 ? tasks.map((task) => <TaskCard key={task.data.id} task={task} />) : <p class="hint">{t("press_number")}</p>}</div>
        </div>
      );
    };
  },
  { props: ["tasks"] },
);
