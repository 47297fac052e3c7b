/** One item of the queue: what it is, how far it has come, and what can be done about it. */
import { defineComponent } from "vue";
import { label, t } from "../i18n";
import { blobsOf, heldBy } from "../queue/order";
import type { Item } from "../queue/types";
import { go } from "../router";
import { database } from "../store/database";
import { progress } from "../store/files";
import { live } from "../store/live";
import { flush, queue } from "../store/outbox";
import { session } from "../store/session";
import { moment } from "./format";
import { Progress, showConfirmDialog } from "./vant";

/** Records that have a screen of their own, and those whose forms can be put right. */
const SHOWN = /^(task|repair)\/\d+$/;
const KNOWN = /^(task|repair|quotation)\/\d+$/;

/** What was done; to a quotation one says other words than to a task. */
const named = ({ lane, action }: Item): string => label(lane.split("/")[0] ?? "", action, label("action", action));

export const ItemLine = defineComponent(
  (props: { item: Item }) => {
    const before = live(async () => {
      const item = await database.items.get(props.item.id);
      return item ? heldBy(item, await database.items.toArray()) : null;
    });

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
      const stuck = item.state === "conflict" || item.state === "refused" || item.state === "quarantined";
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
              <p class="card-text">{t(item.state === "conflict" ? "todo_conflict" : item.state === "quarantined" ? "todo_quarantined" : "todo_refused")}</p>
            </div>
          ) : null}
          <div class="item-buttons">
            {stuck && SHOWN.test(item.lane) ? (
              <button type="button" class="small-button" onClick={() => go(`/${item.lane}`)}>{t("look")}</button>
            ) : null}
            {item.state === "refused" && KNOWN.test(item.lane) ? (
              <button type="button" class="small-button" onClick={() => go(`/act/${item.lane}/${item.action}?item=${item.id}`)}>{t("edit")}</button>
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
