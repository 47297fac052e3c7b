/** Requests on the first screen: first those that wait for a word of whoever reported them, each with how far its work is. */
import { defineComponent } from "vue";
import type { Quotation, Repair, Task } from "../api/records";
import { t } from "../i18n";
import { go } from "../router";
import { live } from "../store/live";
import { allShown, type Shown } from "../store/records";
import { may } from "../store/session";
import { StateBadge } from "./badges";
import { moment } from "./format";

const MOST = 50;

interface Own extends Shown<Repair> {
  /** What it waits for from this person; null for nothing. */
  asked: string | null;
  appointed: string | null;
}

/** What a reporter is asked: about the price first, since the work waits for it. */
function askedIn(repair: Shown<Repair>, quotations: Shown<Quotation>[]): string | null {
  if (!may("repairs.confirm")) {
    return null;
  }
  const price = quotations.find(({ data, foreseen }) => data.repair_id === repair.data.id && foreseen.actions.some((each) => each.name === "accept"));
  if (price) {
    return t("answer_price", { total: price.data.total });
  }
  const offers = (name: string): boolean => repair.foreseen.actions.some((each) => each.name === name);
  return offers("supply") ? t("answer_question") : offers("confirm") ? t("confirm_repair") : null;
}

async function ownRequests(): Promise<Own[]> {
  if (!may("repairs.view")) {
    return [];
  }
  const [repairs, quotations, tasks] = await Promise.all([allShown<Repair>("repair"), allShown<Quotation>("quotation"), allShown<Task>("task")]);
  const ahead = tasks.filter(({ data, foreseen }) => data.appointed_at !== null && ["assigned", "en_route"].includes(foreseen.state));
  return repairs
    .sort((one, other) => other.data.id - one.data.id)
    .slice(0, MOST)
    .map((repair) => ({
      ...repair,
      asked: askedIn(repair, quotations),
      appointed: ahead.find(({ data }) => data.requests?.some((of) => of.id === repair.data.id))?.data.appointed_at ?? null,
    }));
}

export const OwnRequests = defineComponent(() => {
  const found = live(ownRequests);

  const card = ({ data, foreseen, table, asked, appointed }: Own) => (
    <button type="button" class="card" key={data.id} data-repair={data.id} onClick={() => go(`/repair/${data.id}`)}>
      <div class="card-line">
        <StateBadge state={foreseen.state} table={table} pending={foreseen.pending.length > 0} />
        <span class="card-number">{data.number}</span>
      </div>
      <div class="card-title">{data.symptom}</div>
      {asked === null ? null : <div class="card-asked" data-asked="">{asked}</div>}
      <div class="card-text">{String(data["site"] ?? data["address"] ?? "")}</div>
      {appointed === null ? null : <div class="card-text">{t("appointed")} {moment(appointed)}</div>}
    </button>
  );

  const section = (title: "waits_for_you" | "requests", requests: Own[]) =>
    requests.length === 0 ? null : (
      <section aria-label={t(title)}>
        <h2 class="group-title">{t(title)} <span class="count">{requests.length}</span></h2>
        {requests.map(card)}
      </section>
    );

  return () => {
    const all = found.value ?? [];
    return <>{section("waits_for_you", all.filter((each) => each.asked !== null))}{section("requests", all.filter((each) => each.asked === null))}</>;
  };
});
