/** One item of the queue: what it is, how far it has come, and what can be done about it. */
import { defineComponent } from "vue";
import type { Quotation, Task } from "../api/records";
import { label, t, type TextName } from "../i18n";
import { blobsOf, heldBy, isStuck } from "../queue/order";
import type { Item } from "../queue/types";
import { go, place } from "../router";
import { database } from "../store/database";
import { progress } from "../store/files";
import { live } from "../store/live";
import { flush, queue } from "../store/outbox";
import { one, shown } from "../store/records";
import { may, session } from "../store/session";
import { moment } from "./format";
import { quoteForm } from "./quoted";
import { Progress, showConfirmDialog } from "./vant";

/** Records that have a screen of their own, and those whose forms can be put right. */
const SHOWN = /^(task|repair)\/\d+$/;
const KNOWN = /^(task|repair|quotation)\/\d+$/;

/** Where what was refused is put right; null where its form is not kept. */
function formOf(item: Item): string | null {
  return quoteForm(item) ?? (item.state === "refused" && KNOWN.test(item.lane) ? `/act/${item.lane}/${item.action}` : null);
}

/** Where the record that it is about can be looked at; a quotation stands on its task's page, or its request's. */
async function placeOf(item: Item): Promise<string | null> {
  const written = quoteForm(item);
  if (written?.startsWith("/quote/task/")) {
    return written.replace("/quote", "");
  }
  const [kind, id] = item.lane.split("/");
  const quotation = kind === "quotation" ? await one<Quotation>("quotation", Number(id)) : null;
  if (quotation) {
    return may("tasks.view") ? `/task/${quotation.task_id}` : `/repair/${quotation.repair_id}`;
  }
  return SHOWN.test(item.lane) ? `/${item.lane}` : null;
}

/** What a person does about it, by its state. */
const TODO: Record<string, TextName> = { conflict: "todo_conflict", quarantined: "todo_quarantined" };
/** What they do where the customer's word is missing, or has come meanwhile. */
const BY_CONSENT: Record<string, TextName> = {
  needed: "todo_needed",
  refused: "todo_refused_price",
  given: "todo_given",
  waived: "todo_waived",
};

/** What to do about a beginning that was refused for the customer's consent, as it stands now; null for everything else. */
async function aboutConsent(item: Item): Promise<TextName | null> {
  const [kind, id] = item.lane.split("/");
  if (kind !== "task" || item.state !== "conflict") {
    return null;
  }
  const found = await shown<Task>("task", Number(id));
  const row = found?.table?.rows.find((each) => each.action === item.action && each.sources.includes(found.data.state));
  return row?.guard === "consented" ? (BY_CONSENT[found?.data.consent ?? ""] ?? null) : null;
}

/** What was done; to a quotation one says other words than to a task. */
const named = ({ lane, action }: Item): string => label(lane.split("/")[0] ?? "", action, label("action", action));

export const ItemLine = defineComponent(
  (props: { item: Item }) => {
    const before = live(async () => {
      const item = await database.items.get(props.item.id);
      return item ? heldBy(item, await database.items.toArray()) : null;
    });
    const where = live(() => placeOf(props.item));
    const consent = live(() => aboutConsent(props.item));

    async function retry(): Promise<void> {
      await queue.retry(props.item.id);
      flush();
    }

    async function drop(): Promise<void> {
      const sure = await showConfirmDialog({
        message: t(props.item.attempts > 0 ? "drop_unsure" : "drop_sure"),
        confirmButtonText: t("drop"),
        cancelButtonText: t("keep"),
      }).then(() => true, () => false);
      if (sure) {
        await queue.drop(props.item.id);
        flush();
      }
    }

    function words(item: Item): string {
      if (item.owner !== session.user?.id && item.state !== "done") {
        return t("not_yours");
      }
      if (item.state === "waiting" && before.value) {
        return t("waits_for", { what: named(before.value), title: before.value.title });
      }
      return label("item", item.state) + (item.state === "waiting" && item.attempts > 0 ? t("attempts", { n: item.attempts }) : "");
    }

    return () => {
      const { item } = props;
      const files = blobsOf(item);
      const gone = files.map((id) => progress.get(id)).filter((each) => each !== undefined);
      const stuck = isStuck(item);
      const [form, record] = [formOf(item), where.value ?? null];
      return (
        <div class={["item", `item-${item.state}`]} data-item={item.id} data-state={item.state}>
          <div class="item-head">
            <strong>{named(item)}</strong>
            <span>{item.title}</span>
            <span class="card-text">{moment(item.madeAt)}</span>
          </div>
          <div class="item-state">
            {words(item)}
            {files.length > 0 ? <span class="card-text"> · {t("files", { n: files.length })}</span> : null}
          </div>
          {gone.length > 0 ? <Progress percentage={Math.round((gone[0] ?? 0) * 100)} /> : null}
          {item.refusal ? (
            <div class="item-refusal" role="alert">
              <p>{item.refusal.title}</p>
              {Object.entries(item.refusal.errors).map(([field, said]) => <p key={field}>{`${label("field", field)}：${said}`}</p>)}
              <p class="card-text" data-todo>{t(consent.value ?? TODO[item.state] ?? "todo_refused")}</p>
            </div>
          ) : null}
          <div class="item-buttons">
            {stuck && record !== null && record !== place.path ? (
              <button type="button" class="small-button" onClick={() => go(record)}>{t("look")}</button>
            ) : null}
            {form !== null && (item.state === "refused" || item.state === "conflict") ? (
              <button type="button" class="small-button" onClick={() => go(`${form}?item=${item.id}`)}>{t("edit")}</button>
            ) : null}
            {stuck || item.notBefore > Date.now() ? <button type="button" class="small-button" onClick={() => void retry()}>{t("try_again")}</button> : null}
            {item.state !== "done" && item.state !== "dropped" && item.state !== "sending" ? (
              <button type="button" class="small-button" onClick={() => void drop()}>{t("drop")}</button>
            ) : null}
          </div>
        </div>
      );
    };
  },
  { props: ["item"] },
);
