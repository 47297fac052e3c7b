/** A position for a form: taken by itself, shown with its accuracy and how far the site is, taken again on demand. */
import { defineComponent, onMounted, ref } from "vue";
import { t } from "../i18n";
import type { JsonObject } from "../queue/types";
import { distance } from "./format";
import { Icon } from "./icon";
import { locate, metres } from "./where";

type Spot = { longitude: number; latitude: number };

export const Position = defineComponent(
  (props: { value: JsonObject | null; target?: Spot | null; onChange: (value: JsonObject | null) => void }) => {
    const busy = ref(false);
    const failed = ref(false);

    async function take(): Promise<void> {
      busy.value = true;
      const found = await locate();
      busy.value = false;
      failed.value = found === null;
      if (found) {
        const { longitude, latitude, accuracy } = found;
        props.onChange({ longitude, latitude, datum: "wgs84", accuracy: Math.min(accuracy, 100_000), source: "gps" });
      }
    }

    onMounted(() => {
      if (props.value === null) {
        void take();
      }
    });

    return () => {
      const spot = props.value as (Spot & { accuracy?: number }) | null;
      const away = spot && props.target ? metres(spot, props.target) : null;
      return (
        <div class="position">
          <Icon name="pin" />
          <div class="position-text" role="status">
            {busy.value ? (
              t("locating")
            ) : spot ? (
              <>
                <div>{t("located", { n: Math.round(spot.accuracy ?? 0) })}</div>
                {away === null ? null : <div class={{ far: away > 500 }}>{t("from_site", { far: distance(away) })}</div>}
              </>
            ) : (
              t(failed.value ? "not_located" : "no_position")
            )}
          </div>
          <button type="button" class="small-button" disabled={busy.value} onClick={() => void take()}>
            {t(spot ? "again" : "locate")}
          </button>
        </div>
      );
    };
  },
  { props: ["value", "target", "onChange"] },
);
