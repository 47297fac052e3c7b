/** A quotation written before the piece: its lines and their sum, kept while it is typed, then sent through the queue. */
import { computed, defineComponent, ref } from "vue";
import type { Quotation, Task } from "../api/records";
import { t } from "../i18n";
import { useDraft } from "../parts/drafting";
import { Form } from "../parts/form";
import { yuan } from "../parts/money";
import { Page } from "../parts/page";
import { blank, QuoteLines, sendable, wrongIn } from "../parts/quote-lines";
import { sumOf, type WrittenLine } from "../parts/quoted";
import { Resumed } from "../parts/resumed";
import { body, complaints, members } from "../parts/schema";
import { showToast } from "../parts/toast";
import { Button } from "../parts/vant";
import type { Json, JsonObject } from "../queue/types";
import { back, place } from "../router";
import { database } from "../store/database";
import { live } from "../store/live";
import { type Enqueuing, flush, plain, queue } from "../store/outbox";
import { all, one } from "../store/records";

const TERMS = members({
  properties: {
    valid_until: { type: ["string", "null"], format: "date" },
    warranty_months: { type: ["integer", "null"], minimum: 0, maximum: 120 },
    note: { type: ["string", "null"], maxLength: 1000 },
  },
});

/** What stands in a quotation, as the form holds it. */
function written(quotation: Quotation): JsonObject {
  const { repair_id, valid_until, warranty_months, note, version } = quotation;
  const lines = quotation.lines.map(({ kind, text, quantity, unit_price }) => ({ kind, text, quantity, unit_price }));
  return { repair_id, valid_until, warranty_months, note, version, lines };
}

export const QuoteScreen = defineComponent(() => {
  const [, kind = "task", id = "0"] = place.parts;
  const amended = place.query.get("item");
  const quotation = live(() => one<Quotation>("quotation", kind === "quotation" ? Number(id) : null));
  const task = live(async () => {
    const changed = kind === "quotation" ? await one<Quotation>("quotation", Number(id)) : null;
    return one<Task>("task", changed ? changed.task_id : kind === "task" ? Number(id) : null);
  });
  const charged = live(chargedBefore);
  const about = computed(() => quotation.value?.number ?? task.value?.number ?? "");
  const title = computed(() => t(kind === "task" ? "quote" : quotation.value?.sent_at ? "new_version_of" : "requote"));
  const draft = useDraft(amended ? `amend/${amended}` : `quote/${kind}/${id}`, () => `${title.value} ${about.value}`, {
    lines: [blank(), blank("part")] as unknown as Json,
  });
  const errors = ref<Record<string, string>>({});
  const said = ref("");
  const busy = ref(false);
  const ready = ref(false);

  void draft.ready.then(async () => {
    if (!draft.resumed.value) {
      const changed = kind === "quotation" ? await one<Quotation>("quotation", Number(id)) : null;
      Object.assign(draft.values, changed ? written(changed) : {});
    }
    const item = amended ? await database.items.get(amended) : undefined;
    if (item && !draft.resumed.value) {
      // What was typed stands; the version is that of today, which the person sees on the task's page.
      const { version } = draft.values;
      Object.assign(draft.values, item.body, version === undefined ? {} : { version });
    }
    if (item?.refusal) {
      errors.value = byLine(item.refusal.errors);
      said.value = errors.value["lines"] ?? item.refusal.title;
    }
    ready.value = true;
  });

  const lines = (): WrittenLine[] => (draft.values["lines"] ?? []) as unknown as WrittenLine[];
  const total = computed(() => sumOf(lines()));
  /** Several requests may share the work; it is asked which only where more than one is out of warranty. */
  const requests = computed(() => (task.value?.requests ?? []).filter((each) => each.in_warranty === false));

  function set(name: string, value: Json): void {
    draft.set(name, value);
    errors.value = Object.fromEntries(Object.entries(errors.value).filter(([each]) => each !== name && !(name === "lines" && /^\d/.test(each))));
    said.value = "";
  }

  async function save(sending: boolean): Promise<void> {
    const sent = sendable(lines());
    errors.value = { ...wrongIn(lines()), ...complaints(TERMS, draft.values) };
    said.value = Object.keys(errors.value).length > 0 ? "" : total.value === 0n ? t("total_nothing") : "";
    if (Object.keys(errors.value).length > 0 || said.value) {
      const first = Object.keys(errors.value)[0]?.split(".")[0];
      document.querySelector(`[data-line="${first}"], [data-field="${first}"]`)?.scrollIntoView({ block: "center" });
      return;
    }
    busy.value = true;
    const repair = draft.values["repair_id"] ?? null;
    const content: JsonObject = { ...body(TERMS, draft.values, new Date()), lines: sent as unknown as Json, ...(repair === null ? {} : { repair_id: repair }) };
    if (amended) {
      const version = draft.values["version"];
      await queue.amend(amended, crypto.randomUUID(), plain(content), typeof version === "number" ? version : undefined);
      await draft.discard();
      flush();
    } else if (!(await draft.send(makings(content, sending)))) {
      busy.value = false;
      return;
    }
    showToast(t("queued"));
    back();
  }

  function makings(content: JsonObject, sending: boolean): Enqueuing[] {
    const made = crypto.randomUUID();
    const lane = kind === "quotation" ? `quotation/${id}` : `new/${made}`;
    const ways: Pick<Enqueuing, "action" | "path" | "method" | "version"> =
      kind === "quotation"
        ? { action: "requote", path: `/quotations/${id}`, method: "PATCH", version: Number(draft.values["version"] ?? 0) }
        : { action: "quote", path: `/tasks/${id}/quotations` };
    const writing: Enqueuing = { id: made, lane, title: about.value, body: content, ...ways };
    return sending ? [writing, { lane, action: "send", title: about.value, path: `/quotations/{item:${made}}/actions/send`, body: {} }] : [writing];
  }

  const choice = () =>
    requests.value.length < 2 ? null : (
      <div class="field" data-field="repair_id">
        <span class="field-label" id="for-request">{t("for_request")}</span>
        <div class="choices" role="radiogroup" aria-labelledby="for-request">
          {requests.value.map((each, at) => {
            const chosen = draft.values["repair_id"] === each.id || (draft.values["repair_id"] == null && at === 0);
            return (
              <label class={["choice", { chosen }]} key={each.id}>
                <input type="radio" name="repair_id" value={each.id} checked={chosen} onChange={() => set("repair_id", each.id)} />
                <span>{each.number}</span>
              </label>
            );
          })}
        </div>
      </div>
    );

  return () => (
    <Page title={title.value}>
      {{
        default: () =>
          !ready.value || task.value === undefined ? null : task.value === null ? (
            <p class="empty">{t("not_here")}</p>
          ) : (
            <>
              <p class="form-about">{[about.value, task.value.symptom].join(" · ")}</p>
              {quotation.value?.sent_at && !amended ? <p class="notice">{t("new_version_says")}</p> : null}
              <Resumed draft={draft} />
              <div class="form">
                {choice()}
                <div class="field" data-field="lines">
                  <QuoteLines lines={lines()} errors={errors.value} before={charged.value ?? []} onChange={(found) => set("lines", found as unknown as Json)} />
                </div>
              </div>
              <Form asked={TERMS} values={draft.values} errors={errors.value} onChange={set} />
            </>
          ),
        ...(ready.value && task.value
          ? {
              foot: () => (
                <div class="quote-foot">
                  <p class="field-error" role="alert">{said.value}</p>
                  <p class="offer-total" aria-live="polite"><span>{t("total")}</span><strong data-total>¥{yuan(total.value)}</strong></p>
                  <div class="foot-buttons">
                    {amended ? (
                      <Button type="primary" data-action="save" loading={busy.value} onClick={() => void save(false)}>{t("save")}</Button>
                    ) : (
                      <>
                        <Button data-action="draft" loading={busy.value} onClick={() => void save(false)}>{t("save_draft")}</Button>
                        <Button type="primary" data-action="send" loading={busy.value} onClick={() => void save(true)}>{t("save_and_send")}</Button>
                      </>
                    )}
                  </div>
                </div>
              ),
            }
          : {}),
      }}
    </Page>
  );
});

/** The lines of the quotations on this phone, each text once with its latest price. */
async function chargedBefore(): Promise<WrittenLine[]> {
  const known = (await all<Quotation>("quotation")).sort((each, other) => other.id - each.id);
  const lines = known.flatMap((each) => each.lines ?? []);
  return [...new Map([...lines].reverse().map((line) => [line.text, line])).values()].slice(-50);
}

/** The server names a member as `lines.0.unit_price`; the lines know it as `0.unit_price`. */
function byLine(errors: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(errors).map(([name, text]) => [name.replace(/^lines\./, ""), text]));
}
