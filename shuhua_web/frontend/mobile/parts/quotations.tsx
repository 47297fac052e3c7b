/** The quotations of a task or a request: what it will cost, where it stands, and the customer's answer. */
import { defineComponent, onMounted } from "vue";
import { Unreachable } from "../api/client";
import type { Quotation } from "../api/records";
import { label, t } from "../i18n";
import { go } from "../router";
import { database } from "../store/database";
import { live } from "../store/live";
import { allShown, type Shown } from "../store/records";
import { may } from "../store/session";
import { refreshQuotations } from "../store/sync";
import { actionWord, StateBadge } from "./badges";
import { ItemLine } from "./item-line";
import { pendingFor } from "./quoted";
import { Button } from "./vant";

/** What is left to an answer, or was one; what was replaced by a later version is not shown. */
const GONE = new Set(["withdrawn", "expired"]);
/** What the customer relies on. */
const SETTLED = new Set(["accepted", "waived"]);

export const Quotations = defineComponent(
  (props: { kind: string; id: number }) => {
    const found = live(async () => {
      const member = `${props.kind}_id`;
      const mine = (await allShown<Quotation>("quotation")).filter(({ data }) => data[member] === props.id && !GONE.has(data.state));
      return mine.sort((one, other) => other.data.id - one.data.id);
    });

    const items = live(() => database.items.toArray());

    onMounted(async () => {
      try {
        await refreshQuotations(props.kind, props.id);
      } catch (error) {
        if (!(error instanceof Unreachable)) {
          console.warn(String(error));
        }
      }
    });

    const lines = (data: Quotation) => (
      <ul class="offer">
        {(data.lines ?? []).map((line, place) => (
          <li key={place}>
            <span>{line.text} <span class="card-text">{label("line", line.kind)} · {line.quantity} × ¥{line.unit_price}</span></span>
            <span>¥{line.amount}</span>
          </li>
        ))}
      </ul>
    );

    /** A quotation may be changed, or made anew, as long as nobody relies on it. */
    const changeable = (state: string): boolean => may("quotations.edit") && !SETTLED.has(state);

    const one = ({ data, foreseen, table }: Shown<Quotation>) => {
      // What was written and sent on together here waits in the lane of its writing.
      const pending = [...foreseen.pending, ...pendingFor(data.id, items.value ?? [])];
      return (
        <section class="panel" key={data.id} data-quotation={data.id}>
          <div class="card-line">
            <StateBadge state={foreseen.state} table={table} pending={pending.length > 0} />
            <span class="card-number">{t("quotation")} {data.number}</span>
          </div>
          {lines(data)}
          <p class="offer-total"><span>{t("total")}</span><strong>¥{data.total}</strong></p>
          {data.valid_until ? <p class="card-text">{t("valid_until")} {data.valid_until}</p> : null}
          {data.warranty_months == null ? null : <p class="card-text">{t("repair_warranty", { n: data.warranty_months })}</p>}
          {data.note ? <p>{data.note}</p> : null}
          {data.reason ? <p>{data.reason}</p> : null}
          {pending.map((item) => <ItemLine key={item.id} item={item} />)}
          {pending.length === 0 && (foreseen.actions.length > 0 || changeable(data.state)) ? (
            <div class="offer-buttons">
              {foreseen.actions.map((action) => (
                <Button
                  key={action.name}
                  type={action.name === "accept" || action.name === "send" ? "primary" : "default"}
                  data-action={action.name}
                  onClick={() => go(`/act/quotation/${data.id}/${action.name}`)}
                >
                  {actionWord(table, action)}
                </Button>
              ))}
              {changeable(data.state) ? (
                <Button data-action="requote" onClick={() => go(`/quote/quotation/${data.id}`)}>{t(data.sent_at ? "new_version_of" : "requote")}</Button>
              ) : null}
            </div>
          ) : null}
        </section>
      );
    };

    return () => <>{(found.value ?? []).map(one)}</>;
  },
  { props: ["kind", "id"] },
);
