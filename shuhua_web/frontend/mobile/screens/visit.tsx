/** A follow-up made on the site: what somebody there says, with photos and the position; with the task that it is about. */
import { defineComponent, ref } from "vue";
import type { Site, Task } from "../api/records";
import { t } from "../i18n";
import { useDraft } from "../parts/drafting";
import { Form } from "../parts/form";
import { Page } from "../parts/page";
import { Resumed } from "../parts/resumed";
import { PlacePicker } from "../parts/place-picker";
import { body, complaints, members } from "../parts/schema";
import { showToast } from "../parts/toast";
import { Button } from "../parts/vant";
import type { Json } from "../queue/types";
import { back, place } from "../router";
import { live } from "../store/live";
import { one } from "../store/records";

const SCORE = { type: ["integer", "null"], minimum: 1, maximum: 5 };
const VISIT = members({
  properties: {
    person: { type: ["string", "null"], maxLength: 60 },
    repaired: { type: ["boolean", "null"] },
    response_score: SCORE,
    manner_score: SCORE,
    quality_score: SCORE,
    opinion: { type: "string", minLength: 2, maxLength: 1000 },
    media_ids: { type: ["array", "null"], items: { type: "integer" }, maxItems: 9 },
    position: { type: ["object", "null"] },
    captured_at: { type: ["string", "null"], format: "date-time" },
  },
  required: ["opinion"],
});

export const VisitScreen = defineComponent(() => {
  const task = Number(place.query.get("task")) || null;
  const draft = useDraft(`visit/${task ?? "new"}`, () => `${t("visit")} ${about.value?.number ?? site.value?.name ?? ""}`);
  const errors = ref<Record<string, string>>({});
  const ready = ref(false);
  const about = live(() => one<Task>("task", task));
  const siteId = (): number | null => (draft.values["site_id"] as number | null | undefined) ?? null;
  const site = live(() => one<Site>("site", siteId()));

  void draft.ready.then(async () => {
    draft.values["site_id"] ??= (await one<Task>("task", task))?.site_id ?? null;
    ready.value = true;
  });

  function set(name: string, value: Json): void {
    draft.set(name, value);
    errors.value = {};
  }

  async function send(): Promise<void> {
    errors.value = { ...complaints(VISIT, draft.values), ...(siteId() === null ? { site_id: t("required") } : {}) };
    const first = Object.keys(errors.value)[0];
    if (first) {
      document.querySelector(`[data-field="${first}"]`)?.scrollIntoView({ block: "center" });
      return;
    }
    const sent = { ...body(VISIT, draft.values, new Date()), site_id: siteId(), ...(task === null ? {} : { task_id: task }) };
    const title = about.value?.number ?? site.value?.name ?? "";
    if (await draft.send([{ lane: `visit/${draft.id()}`, action: "visit", title, path: "/followups", body: sent }])) {
      showToast(t("queued"));
      back();
    }
  }

  return () => (
    <Page title={t("visit")}>
      {{
        default: () => ready.value ? (
          <>
            <Resumed draft={draft} />
            {about.value ? <p class="form-about">{about.value.number} · {about.value.symptom}</p> : null}
            <div data-field="site_id">
              <PlacePicker site={siteId()} piece={null} siteOnly onChange={(found) => set("site_id", found.site)} />
              <p class="field-error" role="alert">{errors.value["site_id"] ?? ""}</p>
            </div>
            <Form
              asked={VISIT}
              values={draft.values}
              errors={errors.value}
              target={site.value?.longitude != null && site.value.latitude != null ? { longitude: site.value.longitude, latitude: site.value.latitude } : null}
              onChange={set}
            />
          </>
        ) : null,
        foot: () => <div class="foot-buttons"><Button type="primary" onClick={() => void send()}>{t("save")}</Button></div>,
      }}
    </Page>
  );
});
