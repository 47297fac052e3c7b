/** One task in a list: what, how bad, where, by when. */
import type { FunctionalComponent } from "vue";
import type { Task } from "../api/records";
import { t } from "../i18n";
import { go } from "../router";
import { now } from "../store/clock";
import type { Shown } from "../store/records";
import { SeverityBadge, StateBadge } from "./badges";
import { distance, moment, relative } from "./format";

export const TaskCard: FunctionalComponent<{ task: Shown<Task>; away?: number | null }> = ({ task, away }) => {
  const { data, foreseen, table } = task;
  const late = Date.parse(data.due_at) < now();
  const open = table?.states.find((each) => each.name === foreseen.state)?.phase !== "ended";
  return (
    <button type="button" class="card" data-task={data.id} onClick={() => go(`/task/${data.id}`)}>
      <div class="card-line">
        <SeverityBadge severity={data.severity} />
        <StateBadge state={foreseen.state} table={table} pending={foreseen.pending.length > 0} />
        {foreseen.stuck ? <span class="badge tone-danger">{t("needs_you")}</span> : null}
        <span class="card-number">{data.number}</span>
      </div>
      <div class="card-title">{data.symptom}</div>
      <div class="card-text">
        {[String(data["site"] ?? ""), data.address ?? ""].filter(Boolean).join(" · ")}
        {away == null ? null : <span class="card-away">{distance(away)}</span>}
      </div>
      <div class={["card-text", { late: late && open }]}>
        {data.appointed_at ? `${t("appointed")} ${moment(data.appointed_at)} · ` : ""}
        {open ? `${t("due")} ${moment(data.due_at)}（${relative(data.due_at)}）` : moment(data.completed_at)}
      </div>
    </button>
  );
};
TaskCard.props = ["task", "away"];
