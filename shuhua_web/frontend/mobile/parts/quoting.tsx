/** On a task out of warranty: the way to write a quotation, and what was written and has not reached the server. */
import { defineComponent } from "vue";
import type { Quotation, Task } from "../api/records";
import { label, t } from "../i18n";
import { inOrder, isStuck } from "../queue/order";
import type { Item } from "../queue/types";
import { go } from "../router";
import { database } from "../store/database";
import { live } from "../store/live";
import { enqueue } from "../store/outbox";
import { allShown, type Shown } from "../store/records";
import { may } from "../store/session";
import { Icon } from "./icon";
import { ItemLine } from "./item-line";
import { lineFen, yuan } from "./money";
import { buildsOn, linesOf, sumOf, unsentFor } from "./quoted";
import { Button } from "./vant";

/** One question to a customer at a time, and none about what is free of charge. */
const IN_THE_WAY = new Set(["draft", "sent", "waived"]);

export const Quoting = defineComponent(
  (props: { task: Shown<Task> }) => {
    const id = props.task.data.id;
    const items = live(async () => inOrder(await database.items.toArray()));
    const quotations = live(async () => (await allShown<Quotation>("quotation")).filter(({ data }) => data.task_id === id));

    function offered(waiting: Item[]): boolean {
      const { data, foreseen, table } = props.task;
      const open = table?.states.find((each) => each.name === foreseen.state)?.phase === "open";
      const out = data.requests?.some((each) => each.in_warranty === false) ?? false;
      const asked = (quotations.value ?? []).some((each) => IN_THE_WAY.has(each.foreseen.state));
      return may("quotations.edit") && open && out && !asked && waiting.length === 0;
    }

    async function send(item: Item): Promise<void> {
      await enqueue([{ lane: item.lane, action: "send", title: item.title, path: `/quotations/{item:${item.id}}/actions/send`, body: {} }]);
    }

    const one = (item: Item) => {
      const lines = linesOf(item.body);
      const after = buildsOn(item, items.value ?? []);
      return (
        <section class="panel" key={item.id} data-written={item.id}>
          <h2>{t("waiting_quotation")}</h2>
          <ul class="offer">
            {lines.map((line, place) => (
              <li key={place}>
                <span>{line.text} <span class="card-text">{label("line", line.kind)} · {line.quantity} × ¥{line.unit_price}</span></span>
                <span>¥{yuan(lineFen(line.quantity, line.unit_price) ?? 0n)}</span>
              </li>
            ))}
          </ul>
          <p class="offer-total"><span>{t("total")}</span><strong>¥{yuan(sumOf(lines))}</strong></p>
          {[item, ...after].map((each) => <ItemLine key={each.id} item={each} />)}
          {after.length === 0 && !isStuck(item) ? (
            <div class="offer-buttons"><Button type="primary" data-action="send" onClick={() => void send(item)}>{t("send_when_saved")}</Button></div>
          ) : null}
        </section>
      );
    };

    return () => {
      if (items.value === undefined || quotations.value === undefined) {
        return null;
      }
      const waiting = unsentFor(id, items.value);
      return (
        <>
          {waiting.map(one)}
          {offered(waiting) ? (
            <div class="panel">
              <button type="button" class="small-button" data-action="quote" onClick={() => go(`/quote/task/${id}`)}><Icon name="plus" /> {t("quote")}</button>
            </div>
          ) : null}
        </>
      );
    };
  },
  { props: ["task"] },
);
