/** Collecting in one visit: a new or known site, its new pieces with their photos, and the label that each one gets. */
import { computed, defineComponent, ref } from "vue";
import type { Site } from "../api/records";
import { t } from "../i18n";
import { useDraft } from "../parts/drafting";
import { distance } from "../parts/format";
import { Form } from "../parts/form";
import { Page } from "../parts/page";
import { Resumed } from "../parts/resumed";
import { PlacePicker } from "../parts/place-picker";
import { Scanner } from "../parts/scanner";
import { body, complaints, members } from "../parts/schema";
import { showToast } from "../parts/toast";
import { Sheet } from "../parts/sheet";
import { Button } from "../parts/vant";
import { metres } from "../parts/where";
import type { Json, JsonObject } from "../queue/types";
import { back, place } from "../router";
import { wordOf } from "../store/choices";
import { live } from "../store/live";
import type { Enqueuing } from "../store/outbox";
import { all } from "../store/records";

const FILES = { type: ["array", "null"], items: { type: "integer" }, maxItems: 9 };
const SITE = members({
  properties: {
    name: { type: "string", minLength: 1, maxLength: 120 },
    kind: { type: "string", "x-choices": "site_kinds" },
    position: { type: ["object", "null"] },
    address: { type: ["string", "null"], maxLength: 200 },
    contact_name: { type: ["string", "null"], maxLength: 60 },
    phone: { type: ["string", "null"], maxLength: 40 },
    media_ids: FILES,
  },
  required: ["name", "kind", "position"],
});
const PIECE = members({
  properties: {
    serial: { type: ["string", "null"], maxLength: 60 },
    batch: { type: ["string", "null"], maxLength: 40 },
    place: { type: ["string", "null"], maxLength: 120 },
    installed_on: { type: ["string", "null"], format: "date" },
    media_ids: FILES,
  },
});
/** Metres within which another site is probably the same one. */
const NEAR = 150;
/** Metres within which another site is taken to lie in the same division. */
const NEIGHBOURS = 3000;

interface Model {
  id: number;
  number: string;
  name: string;
}

/** Sites within so many metres, the nearest first. */
function around(spot: { longitude: number; latitude: number }, sites: Site[], most: number): { site: Site; away: number }[] {
  return sites
    .flatMap((site) => (site.longitude !== null && site.latitude !== null ? [{ site, away: metres(spot, { longitude: site.longitude, latitude: site.latitude }) }] : []))
    .filter(({ away }) => away <= most)
    .sort((one, other) => one.away - other.away);
}

export const CollectScreen = defineComponent(() => {
  const given = place.query.get("code");
  const draft = useDraft("collect", () => `${t("collect")} ${String(draft.values["name"] ?? "")}`, { pieces: given ? [{ code: given }] : [] });
  const errors = ref<Record<string, string>>({});
  const said = ref("");
  const scanning = ref<number | null>(null);
  const sites = live(() => all<Site>("site"));
  const models = live(async () => (await all<Model>("model")).sort((one, other) => one.name.localeCompare(other.name)));

  const known = (): number | null => (draft.values["site_id"] as number | undefined) ?? null;
  const pieces = (): JsonObject[] => (draft.values["pieces"] ?? []) as JsonObject[];
  const change = (index: number, name: string, value: Json): void =>
    draft.set("pieces", pieces().map((piece, at) => (at === index ? { ...piece, [name]: value } : piece)));
  const near = computed(() => {
    const spot = draft.values["position"] as { longitude: number; latitude: number } | null | undefined;
    return spot ? around(spot, sites.value ?? [], NEAR) : [];
  });

  /** The division of the nearest point: a phone has no map of boundaries. Far from all of them the server takes the collector's own. */
  const division = (): JsonObject => {
    const spot = draft.values["position"] as { longitude: number; latitude: number } | null | undefined;
    const [nearest] = spot ? around(spot, sites.value ?? [], NEIGHBOURS) : [];
    const code = nearest?.site["division_code"];
    return typeof code === "string" ? { division_code: code } : {};
  };

  async function send(): Promise<void> {
    errors.value = known() === null ? complaints(SITE, draft.values) : {};
    said.value = pieces().some((piece) => !piece["model_id"]) ? t("model_missing") : known() === 0 ? t("place_missing") : known() !== null && pieces().length === 0 ? t("nothing_entered") : "";
    if (Object.keys(errors.value).length > 0 || said.value) {
      return;
    }
    const site = crypto.randomUUID();
    const title = String(draft.values["name"] ?? sites.value?.find((each) => each.id === known())?.name ?? "");
    const items: Enqueuing[] = known() === null ? [{ id: site, lane: `new/${site}`, action: "site", title, path: "/sites", body: { ...body(SITE, draft.values, new Date()), ...division() } }] : [];
    for (const piece of pieces()) {
      const id = crypto.randomUUID();
      const about: JsonObject = { ...body(PIECE, piece, new Date()), model_id: piece["model_id"] ?? null, site_id: known() ?? { $item: site }, state: "normal" };
      items.push({ id, lane: `new/${id}`, action: "equipment", title: models.value?.find((each) => each.id === piece["model_id"])?.name ?? "", path: "/equipment", body: about });
      if (piece["code"]) {
        const spot = draft.values["position"] ?? null;
        items.push({
          lane: `new/${id}`,
          action: "bind",
          title: String(piece["code"]),
          path: `/labels/${String(piece["code"])}/actions/bind`,
          body: { equipment_id: { $item: id }, ...(spot ? { position: spot } : {}) },
        });
      }
    }
    if (await draft.send(items)) {
      showToast(t("queued"));
      back();
    }
  }

  const piece = (each: JsonObject, index: number) => (
    <fieldset class="row-fields panel" key={index} data-piece={index}>
      <legend>{t("piece")} {index + 1}</legend>
      <label class="field-label" for={`model-${index}`}>{t("model")}</label>
      <select class="input" id={`model-${index}`} value={String(each["model_id"] ?? "")} onChange={(event: Event) => change(index, "model_id", Number((event.target as HTMLSelectElement).value) || null)}>
        <option value="">{t("choose")}</option>
        {(models.value ?? []).map((model) => <option key={model.id} value={String(model.id)}>{model.name} {model.number}</option>)}
      </select>
      <div class="picked">
        <span>{t("label")} {String(each["code"] ?? "–")}</span>
        <button type="button" class="small-button" onClick={() => (scanning.value = index)}>{t("scan")}</button>
      </div>
      <Form asked={PIECE} values={each} errors={{}} prefix={`piece-${index}`} onChange={(name: string, value: Json) => change(index, name, value)} />
      <button type="button" class="small-button" onClick={() => draft.set("pieces", pieces().filter((_piece, at) => at !== index))}>{t("remove")}</button>
    </fieldset>
  );

  const duplicates = () => near.value.length === 0 ? null : (
    <section class="panel" role="status">
      <h2>{t("near_sites")}</h2>
      {near.value.map(({ site, away }) => (
        <button type="button" class="pick" key={site.id} onClick={() => draft.set("site_id", site.id)}>
          <span>{site.name}（{site.number}）· {wordOf("site_kinds", String(site["kind"]))}</span>
          <span class="card-text">{distance(away)} · {t("use_this")}</span>
        </button>
      ))}
    </section>
  );

  return () => (
    <Page title={t("collect")}>
      {{
        default: () => (
          <>
            <Resumed draft={draft} />
            <div class="segments form">
              {([["new_site", null], ["known_site", 0]] as const).map(([text, value]) => (
                <button type="button" key={text} class={["segment", { chosen: (known() === null) === (value === null) }]} aria-pressed={(known() === null) === (value === null)} onClick={() => draft.set("site_id", value)}>{t(text)}</button>
              ))}
            </div>
            {known() === null ? (
              <>
                <Form asked={SITE} values={draft.values} errors={errors.value} onChange={draft.set} />
                {duplicates()}
              </>
            ) : (
              <PlacePicker site={known() || null} piece={null} siteOnly onChange={(found) => draft.set("site_id", found.site ?? 0)} />
            )}
            <div class="form">
              {pieces().map(piece)}
              <button type="button" class="small-button" onClick={() => draft.set("pieces", [...pieces(), {}])}>{t("add_piece")}</button>
              <p class="field-error" role="alert">{said.value}</p>
            </div>
            <Sheet show={scanning.value !== null} title={t("scan")} look="signature-sheet" onClose={() => (scanning.value = null)}>
                              <Scanner
                  onCode={(code: string) => {
                    change(scanning.value ?? 0, "code", code);
                    scanning.value = null;
                  }}
                />
            </Sheet>
          </>
        ),
        foot: () => <div class="foot-buttons"><Button type="primary" onClick={() => void send()}>{t("save")}</Button></div>,
      }}
    </Page>
  );
});
