/** Reporting a fault of a piece or a site, or putting a dangerous piece out of use at once. */
import { computed, defineComponent, ref } from "vue";
import type { Piece, Site } from "../api/records";
import { t } from "../i18n";
import { useDraft } from "../parts/drafting";
import { Form } from "../parts/form";
import { Page } from "../parts/page";
import { Resumed } from "../parts/resumed";
import { body, complaints, members } from "../parts/schema";
import { PlacePicker } from "../parts/place-picker";
import { showToast } from "../parts/toast";
import { Button } from "../parts/vant";
import type { Json, JsonObject } from "../queue/types";
import { back, place } from "../router";
import { live } from "../store/live";
import { one } from "../store/records";
import { may } from "../store/session";

const DONE_AT = { type: ["string", "null"], format: "date-time" };
const FILES = { type: ["array", "null"], items: { type: "integer" }, maxItems: 9 };
const REPORT: JsonObject = {
  properties: {
    fault: { type: ["string", "null"], "x-choices": "faults" },
    symptom: { type: "string", minLength: 2, maxLength: 2000 },
    media_ids: FILES,
    position: { type: ["object", "null"] },
    captured_at: DONE_AT,
  },
  required: ["symptom"],
};
const CALLER: JsonObject = { caller_name: { type: "string", maxLength: 60 }, caller_phone: { type: "string", maxLength: 40 } };
const STOP: JsonObject = {
  properties: { reason: { type: "string", minLength: 2, maxLength: 500 }, media_ids: FILES, captured_at: DONE_AT },
  required: ["reason"],
};

export const ReportScreen = defineComponent(() => {
  const given = place.query.get("equipment");
  const stop = place.query.get("stop") === "1";
  const schema: JsonObject = stop
    ? STOP
    : may("repairs.intake")
      ? { properties: { ...(REPORT["properties"] as JsonObject), ...CALLER }, required: ["symptom", ...Object.keys(CALLER)] }
      : REPORT;
  const asked = members(schema);
  const title = t(stop ? "stop_use" : "report");
  const errors = ref<Record<string, string>>({});
  const form = `${stop ? "stop" : "report"}/${given ?? "new"}`;
  const draft = useDraft(form, () => `${title} ${piece.value?.name ?? String(draft.values["symptom"] ?? "").slice(0, 20)}`);
  const ready = ref(false);
  void draft.ready.then(() => {
    if (given) {
      draft.values["equipment_id"] ??= Number(given);
    }
    ready.value = true;
  });
  const piece = live(() => one<Piece>("equipment", draft.values["equipment_id"] as number | null));
  const site = live(() => one<Site>("site", draft.values["site_id"] as number | null));
  const chosen = computed(() => piece.value?.name ?? site.value?.name ?? "");

  function set(name: string, value: Json): void {
    draft.set(name, value);
    errors.value = {};
  }

  async function send(): Promise<void> {
    errors.value = complaints(asked, draft.values);
    const about = { equipment_id: draft.values["equipment_id"] ?? null, site_id: draft.values["site_id"] ?? null };
    if (about.equipment_id === null && about.site_id === null && !draft.values["position"]) {
      errors.value = { ...errors.value, position: t("place_missing") };
    }
    if (Object.keys(errors.value).length > 0) {
      return;
    }
    const sent = body(asked, draft.values, new Date());
    const known = Object.fromEntries(Object.entries(about).filter(([, value]) => value !== null));
    const item = stop
      ? { lane: `equipment/${given}`, action: "stop_use", title: chosen.value, path: `/equipment/${given}/actions/stop_use`, body: sent }
      : { lane: `report/${draft.id()}`, action: "report", title: chosen.value, path: "/repairs", body: { ...sent, ...known } };
    if (await draft.send([item])) {
      showToast(t("queued"));
      back();
    }
  }

  return () => (
    <Page title={title}>
      {{
        default: () => ready.value ? (
          <>
            <Resumed draft={draft} />
            {given ? <p class="form-about">{piece.value ? `${piece.value.name} ${piece.value.number} · ${piece.value.site ?? ""}` : ""}</p> : (
              <PlacePicker
                site={(draft.values["site_id"] as number | null) ?? null}
                piece={(draft.values["equipment_id"] as number | null) ?? null}
                onChange={(found) => {
                  set("site_id", found.site);
                  set("equipment_id", found.piece);
                }}
              />
            )}
            <Form asked={asked} values={draft.values} errors={errors.value} onChange={set} />
          </>
        ) : null,
        foot: () => <div class="foot-buttons"><Button type={stop ? "danger" : "primary"} onClick={() => void send()}>{title}</Button></div>,
      }}
    </Page>
  );
});
