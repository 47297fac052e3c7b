/** The form of any action, from its schema; also to put right what the server refused. */
import { computed, defineComponent, ref } from "vue";
import { t } from "../i18n";
import { actionWord } from "../parts/badges";
import { useDraft } from "../parts/drafting";
import { Form } from "../parts/form";
import { Page } from "../parts/page";
import { Resumed } from "../parts/resumed";
import { body, complaints, members } from "../parts/schema";
import { showToast } from "../parts/toast";
import { Button } from "../parts/vant";
import type { Action } from "../queue/foresee";
import type { Json } from "../queue/types";
import { back, place } from "../router";
import type { Piece, Row, Task } from "../api/records";
import { database } from "../store/database";
import { live } from "../store/live";
import { flush, plain, queue } from "../store/outbox";
import { one, people, shown, spotOf } from "../store/records";

const PATHS: Record<string, string> = { task: "/tasks", repair: "/repairs", quotation: "/quotations", equipment: "/equipment" };

export const ActScreen = defineComponent(() => {
  const [, kind = "task", id = "0", name = ""] = place.parts;
  const amended = place.query.get("item");
  const record = live(() => shown<Task>(kind, Number(id)));
  const target = live(async () => {
    const found = await shown<Task>(kind, Number(id));
    return found ? spotOf(found.data) : null;
  });
  const type = live(async () => {
    const piece = await one<Piece>("equipment", (await shown<Task>(kind, Number(id)))?.data.equipment_id ?? null);
    return piece ? ((await one<Row>("model", piece.model_id))?.["type"] as string | undefined) ?? null : null;
  });
  const persons = live(people);
  const errors = ref<Record<string, string>>({});
  const busy = ref(false);
  const startedAt = new Date();
  const number = computed(() => record.value?.data.number ?? "");
  const about = computed(() => {
    const data = record.value?.data;
    return [number.value, data?.symptom ?? data?.["name"], kind === "quotation" && data ? `¥${String(data["total"])}` : ""].filter(Boolean).join(" · ");
  });
  const action = computed<Action | undefined>(() => {
    const found = record.value;
    // What is put right may no longer be offered: the table still says what it takes.
    const row = found?.table?.rows.find((each) => each.action === name);
    return found?.foreseen.actions.find((each) => each.name === name) ?? (amended && row ? { name, label: row.label, input: row.input } : undefined);
  });
  const word = computed(() => (action.value ? actionWord(record.value?.table, action.value) : ""));
  const asked = computed(() => (action.value ? members(action.value.input) : []));
  const draft = useDraft(amended ? `amend/${amended}` : `${kind}/${id}/${name}`, () => `${word.value} ${number.value}`);
  const ready = ref(false);

  void draft.ready.then(async () => {
    if (amended && !draft.resumed.value) {
      const item = await database.items.get(amended);
      Object.assign(draft.values, item?.body);
      errors.value = item?.refusal?.errors ?? {};
    } else if (!draft.resumed.value && name === "complete") {
      draft.values["result"] = "repaired";
      draft.values["fault"] = record.value?.data.fault ?? null;
    } else if (!draft.resumed.value && name === "approve") {
      const proposed = (await shown<Row>(kind, Number(id)))?.data["warranty_proposed"];
      if (typeof proposed === "boolean") {
        draft.values["in_warranty"] = proposed;
      }
    }
    ready.value = true;
  });

  function set(field: string, value: Json): void {
    draft.set(field, value);
    const { [field]: _gone, ...others } = errors.value;
    errors.value = others;
  }

  async function send(): Promise<void> {
    errors.value = complaints(asked.value, draft.values);
    const first = Object.keys(errors.value)[0];
    if (first) {
      document.querySelector(`[data-field="${first}"]`)?.scrollIntoView({ block: "center" });
      return;
    }
    busy.value = true;
    const sent = body(asked.value, draft.values, startedAt);
    if (amended) {
      await queue.amend(amended, crypto.randomUUID(), plain(sent));
      await draft.discard();
      flush();
    } else {
      const item = { lane: `${kind}/${id}`, action: name, title: number.value, path: `${PATHS[kind]}/${id}/actions/${name}`, body: sent };
      if (!(await draft.send([item]))) {
        busy.value = false;
        return;
      }
    }
    showToast(t("queued"));
    back();
  }

  return () => (
    <Page title={word.value}>
      {{
        default: () =>
          !ready.value || record.value === undefined ? null : action.value ? (
            <>
              <p class="form-about">{about.value}</p>
              <Resumed draft={draft} />
              <Form asked={asked.value} values={draft.values} errors={errors.value} target={target.value ?? null} people={persons.value ?? []} about={type.value ?? null} onChange={set} />
            </>
          ) : (
            <p class="empty">{t("not_now")}</p>
          ),
        ...(action.value
          ? { foot: () => <div class="foot-buttons"><Button type="primary" loading={busy.value} onClick={() => void send()}>{word.value}</Button></div> }
          : {}),
      }}
    </Page>
  );
});
