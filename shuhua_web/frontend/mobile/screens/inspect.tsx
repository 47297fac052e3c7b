/** Inspections: what is due, nearest or most pressing first, and the round at a site, piece by piece. */
import { computed, defineComponent, onMounted } from "vue";
import { t } from "../i18n";
import { distance } from "../parts/format";
import { Page } from "../parts/page";
import { PlacePicker } from "../parts/place-picker";
import { here, locate, metres } from "../parts/where";
import type { JsonObject } from "../queue/types";
import { go, place } from "../router";
import { database } from "../store/database";
import { live } from "../store/live";
import { listed } from "../store/records";
import { InspectionRound } from "./inspection-round";

export interface Due {
  plan_id: number;
  plan: string;
  site: { id: number; number: string; name: string; address: string | null; longitude: number | null; latitude: number | null };
  checklist_id: number;
  due_on: string;
  overdue: boolean;
  pieces: number;
}

export const InspectScreen = defineComponent(() => () => (place.parts[1] === "site" ? <InspectionRound /> : <DueList />));

const DueList = defineComponent(() => {
  const found = live(async () => ((await listed("due")) ?? []) as unknown as Due[]);
  /** Sites whose round is done here and has not been sent, or was sent after the list was read. */
  const done = live(async () => {
    const items = await database.items.filter((item) => item.action === "inspection" && item.state !== "dropped").toArray();
    return new Set(items.map((item: { body: JsonObject }) => item.body["plan_id"] ?? null));
  });
  onMounted(() => void locate());

  const away = ({ site }: Due): number | null =>
    here.last && site.longitude !== null && site.latitude !== null ? metres(here.last, { longitude: site.longitude, latitude: site.latitude }) : null;
  const due = computed(() =>
    (found.value ?? [])
      .filter((each) => !done.value?.has(each.plan_id))
      .sort((one, other) => Number(other.overdue) - Number(one.overdue) || one.due_on.localeCompare(other.due_on)),
  );

  return () => (
    <Page title={t("inspect")}>
      <div class="list">
        <h2 class="group-title">{t("due_inspections")} <span class="count">{due.value.length}</span></h2>
        {due.value.map((each) => (
          <button
            type="button"
            class="card"
            key={each.plan_id}
            data-plan={each.plan_id}
            onClick={() => go(`/inspect/site/${each.site.id}?plan=${each.plan_id}&checklist=${each.checklist_id}`)}
          >
            <div class="card-title">{each.site.name}</div>
            <div class="card-text">
              {[each.site.number, each.site.address].filter(Boolean).join(" · ")}
              {away(each) === null ? null : <span class="card-away">{distance(away(each) ?? 0)}</span>}
            </div>
            <div class={["card-text", { late: each.overdue }]}>
              {t("due")} {each.due_on}{each.overdue ? ` · ${t("overdue")}` : ""} · {t("pieces", { n: each.pieces })}
            </div>
          </button>
        ))}
        {due.value.length === 0 ? <p class="empty">{t("nothing_to_do")}</p> : null}
        <h2 class="group-title">{t("other_site")}</h2>
      </div>
      <PlacePicker site={null} piece={null} siteOnly onChange={(picked) => go(`/inspect/site/${picked.site}`)} />
    </Page>
  );
});
