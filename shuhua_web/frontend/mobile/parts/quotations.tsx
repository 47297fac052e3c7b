/** The quotations of a task or a request: what it will cost, where it stands, and the customer's answer. */
import { defineComponent, onMounted } from "vue";
import { Unreachable } from "../api/client";
import type { Quotation } from "../api/records";
import { label, t } from "../i18n";
import { go } from "../router";
import { live } from "../store/live";
import { allShown, type Shown } from "../store/records";
import { refreshQuotations } from "../store/sync";
import { StateBadge } from "./badges";
import { ItemLine } from "./item-line";
import { Button } from "./vant";

/** What is left to an answer, or was one; what was replaced by a later version is not shown. */
const GONE = new Set(["withdrawn", "expired"]);

export const Quotations = defineComponent(
  (props: { kind: string; id: number }) => {
    const found = live(async () => {
      const member = `${props.kind}_id`;
      const mine = (await allShown<Quotation>("quotation")).filter(({ data }) => data[member] === props.id && !GONE.has(data.state));
      return mine.sort((one, other) => other.data.id - one.data.id);
    });

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

    const one = ({ data, foreseen, table }: Shown<Quotation>) => (
      <section class="panel" key={data.id} data-quotation={data.id}>
        <div class="card-line">
          <StateBadge state={foreseen.state} table={table} pending={foreseen.pending.length > 0} />
          <span class="card-number">{t("quotation")} {data.number}</span>
        </div>
        {lines(data)}
        <p class="offer-total"><span>{t("total")}</span><strong>¥{data.total}</strong></p>
        {data.valid_until ? <p class="card-text">{t("valid_until")} {data.valid_until}</p> : null}
        {data.warranty_months == null ? null : <p class="card-text">{t("repair_warranty", { n: data.warranty_months })}</p>}
        {data.note ? <p>{data.note}</p> : null}
        {data.reason ? <p>{data.reason}</p> : null}
        {foreseen.pending.map((item) => <ItemLine key={item.id} item={item} />)}
        {foreseen.actions.length > 0 ? (
          <div class="offer-buttons">
            {foreseen.actions.map((action) => (
              <Button
                key={action.name}
                type={action.name === "accept" || action.name === "send" ? "primary" : "default"}
                data-action={action.name}
                onClick={() => go(`/act/quotation/${data.id}/${action.name}`)}
              >
                {action.label}
              </Button>
            ))}
          </div>
        ) : null}
      </section>
    );

    return () => <>{(found.value ?? []).map(one)}</>;
  },
  { props: ["kind", "id"] },
);
