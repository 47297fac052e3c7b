/** One round: each piece and the site against the checklist; what is abnormal says what is wrong, with photos of it. */
import { computed, defineComponent, ref } from "vue";
import type { Piece, Site } from "../api/records";
import { language, t, type TextName } from "../i18n";
import { useDraft } from "../parts/drafting";
import { Page } from "../parts/page";
import { Photos } from "../parts/photos";
import { Resumed } from "../parts/resumed";
import { Position } from "../parts/position";
import { Signature } from "../parts/signature";
import { showToast } from "../parts/toast";
import { Button } from "../parts/vant";
import type { Json, JsonObject } from "../queue/types";
import { back, place } from "../router";
import { live } from "../store/live";
import { all, listed, one } from "../store/records";

interface Item {
  code: string;
  of: "piece" | "site";
  zh: string;
  en: string;
  help_zh: string;
  help_en: string;
  types: string[];
}

interface Checklist {
  id: number;
  name: string;
  version: number;
  items: Item[];
}

const ANSWERS: [result: string, text: TextName][] = [["normal", "normal"], ["abnormal", "abnormal"], ["not_applicable", "not_applicable"]];
/** Pieces that are no longer there to be looked at. */
const GONE = new Set(["in_stock", "to_install", "scrapped", "removed", "replaced"]);

export const InspectionRound = defineComponent(() => {
  const siteId = Number(place.parts[2]);
  const plan = place.query.get("plan");
  const wanted = Number(place.query.get("checklist"));
  const missing = ref(0);
  const startedAt = new Date();
  const site = live(() => one<Site>("site", siteId));
  const pieces = live(async () => (await all<Piece>("equipment")).filter((piece) => piece.site_id === siteId && !GONE.has(piece.state)));
  const types = live(async () => new Map((await all<{ id: number; type: string }>("model")).map((model) => [model.id, model.type])));
  const checklists = live(async () => ((await listed("checklists")) ?? []) as unknown as Checklist[]);
  const draft = useDraft(`inspection/${siteId}`, () => `${t("inspect")} ${site.value?.name ?? ""}`);
  const checklist = computed(() => checklists.value?.find((each) => each.id === ((draft.values["checklist_id"] as number | undefined) ?? wanted)) ?? checklists.value?.[0]);

  const answers = (): JsonObject => (draft.values["answers"] ?? {}) as JsonObject;
  const answer = (key: string): JsonObject => (answers()[key] ?? {}) as JsonObject;
  const set = (key: string, name: string, value: Json): void => {
    draft.set("answers", { ...answers(), [key]: { ...answer(key), [name]: value } });
  };
  const text = (item: Item, field: "" | "help_" = ""): string => item[`${field}${language.now}` as "zh" | "en" | "help_zh" | "help_en"];

  /** What is asked about a piece, by its type; about the site without one. */
  function asked(piece: Piece | null): Item[] {
    const type = piece ? types.value?.get(Number(piece["model_id"])) : undefined;
    return (checklist.value?.items ?? []).filter((item) =>
      piece ? item.of === "piece" && (item.types.length === 0 || (type !== undefined && item.types.includes(type))) : item.of === "site",
    );
  }

  const keyOf = (piece: Piece | null, item: Item): string => `${piece?.id ?? "site"}:${item.code}`;
  const everything = (): [Piece | null, Item][] =>
    [...(pieces.value ?? []), null].flatMap((piece) => asked(piece).map((item): [Piece | null, Item] => [piece, item]));

  function allNormal(piece: Piece | null): void {
    const open = asked(piece).filter((item) => !answer(keyOf(piece, item))["result"]);
    draft.set("answers", { ...answers(), ...Object.fromEntries(open.map((item) => [keyOf(piece, item), { result: "normal" }])) });
  }

  function found([piece, item]: [Piece | null, Item]): JsonObject {
    const given = answer(keyOf(piece, item));
    const abnormal = given["result"] === "abnormal";
    const symptom = String(given["symptom"] ?? "").trim() || text(item);
    return {
      item: item.code,
      result: given["result"] ?? null,
      ...(piece ? { equipment_id: piece.id } : {}),
      ...(abnormal ? { repair: { symptom }, note: symptom, stop_use: given["stop_use"] === true && piece !== null } : {}),
      ...(abnormal && Array.isArray(given["media_ids"]) && given["media_ids"].length > 0 ? { media_ids: given["media_ids"] } : {}),
    };
  }

  async function send(): Promise<void> {
    const list = everything();
    missing.value = list.filter(([piece, item]) => !answer(keyOf(piece, item))["result"]).length;
    const known = checklist.value;
    if (missing.value > 0 || !known || list.length === 0) {
      document.querySelector(".unanswered")?.scrollIntoView({ block: "center" });
      return;
    }
    const optional = Object.fromEntries(
      ["position", "note", "signature_media_id"].flatMap((name) => (draft.values[name] ? [[name, draft.values[name]]] : [])),
    ) as JsonObject;
    const body: JsonObject = {
      site_id: siteId,
      ...(plan ? { plan_id: Number(plan) } : {}),
      checklist_id: known.id,
      checklist_version: known.version,
      captured_at: startedAt.toISOString(),
      items: list.map(found),
      ...optional,
    };
    if (await draft.send([{ lane: `inspection/${draft.id()}`, action: "inspection", title: site.value?.name ?? "", path: "/inspections", body }])) {
      showToast(t("queued"));
      back();
    }
  }

  const question = (piece: Piece | null, item: Item) => {
    const key = keyOf(piece, item);
    const given = answer(key);
    return (
      <div class={["question", { unanswered: missing.value > 0 && !given["result"] }]} key={key} data-item={item.code}>
        <p id={`q-${key}`}>{text(item)}</p>
        {text(item, "help_") ? <p class="card-text">{text(item, "help_")}</p> : null}
        <div class="choices" role="radiogroup" aria-labelledby={`q-${key}`}>
          {ANSWERS.map(([result, name]) => (
            <label key={result} class={["choice", `answer-${result}`, { chosen: given["result"] === result }]}>
              <input type="radio" name={key} value={result} checked={given["result"] === result} onChange={() => set(key, "result", result)} />
              <span>{t(name)}</span>
            </label>
          ))}
        </div>
        {given["result"] === "abnormal" ? (
          <div class="finding">
            <label class="field-label" for={`s-${key}`}>{t("what_is_wrong")}</label>
            <input
              class="input"
              id={`s-${key}`}
              maxlength={300}
              placeholder={text(item)}
              value={String(given["symptom"] ?? "")}
              onInput={(event: Event) => set(key, "symptom", (event.target as HTMLInputElement).value)}
            />
            <Photos label={key} value={given["media_ids"] ?? []} most={9} onChange={(value) => set(key, "media_ids", value)} />
            {piece ? (
              <label class={["choice", "danger", { chosen: given["stop_use"] === true }]}>
                <input type="checkbox" checked={given["stop_use"] === true} onChange={(event: Event) => set(key, "stop_use", (event.target as HTMLInputElement).checked)} />
                <span>{t("dangerous")}</span>
              </label>
            ) : null}
          </div>
        ) : null}
      </div>
    );
  };

  const group = (piece: Piece | null) =>
    asked(piece).length === 0 ? null : (
      <section class="panel" key={piece?.id ?? "site"} data-piece={piece?.id ?? "site"}>
        <h2>{piece ? `${piece.name} ${piece.number}` : t("whole_site")}</h2>
        <button type="button" class="small-button" onClick={() => allNormal(piece)}>{t("all_normal")}</button>
        {asked(piece).map((item) => question(piece, item))}
      </section>
    );

  return () => (
    <Page title={site.value?.name ?? t("inspect")}>
      {{
        default: () => checklists.value === undefined ? null : checklist.value ? (
          <>
            <Resumed draft={draft} />
            <p class="form-about">{checklist.value.name}</p>
            {(pieces.value ?? []).map(group)}
            {group(null)}
            <div class="form">
              <div class="field">
                <span class="field-label">{t("position")}</span>
                <Position
                  value={(draft.values["position"] as JsonObject | undefined) ?? null}
                  target={site.value?.longitude != null && site.value.latitude !== null ? { longitude: site.value.longitude, latitude: site.value.latitude } : null}
                  onChange={(value) => draft.set("position", value)}
                />
              </div>
              <div class="field">
                <label class="field-label" for="round-note">{t("note")}</label>
                <textarea class="input" id="round-note" rows={2} maxlength={1000} value={String(draft.values["note"] ?? "")} onInput={(event: Event) => draft.set("note", (event.target as HTMLTextAreaElement).value)} />
              </div>
              <div class="field">
                <span class="field-label">{t("signature")}</span>
                <Signature value={draft.values["signature_media_id"] ?? null} onChange={(value) => draft.set("signature_media_id", value)} />
              </div>
              <p class="field-error" role="alert">{missing.value > 0 ? t("unanswered", { n: missing.value }) : ""}</p>
            </div>
          </>
        ) : <p class="empty">{t("no_checklist")}</p>,
        foot: () => <div class="foot-buttons"><Button type="primary" onClick={() => void send()}>{t("finish_round")}</Button></div>,
      }}
    </Page>
  );
});
