/** What has been with a record, the newest first; with a request also what has been with the work that came of it. */
import { defineComponent } from "vue";
import type { Repair, Step } from "../api/records";
import { t } from "../i18n";
import { historyOf } from "../store/complete";
import { live } from "../store/live";
import { one } from "../store/records";
import { moment } from "./format";

interface Told extends Step {
  /** The task that it was about, on the page of a request. */
  task?: string;
}

async function told(kind: string, id: number): Promise<Told[]> {
  const own: Told[] = await historyOf<Step>(kind, id);
  const works = kind === "repair" ? ((await one<Repair>("repair", id))?.tasks ?? []) : [];
  const theirs = await Promise.all(
    // That there is work is told by the request's own step.
    works.map(async ({ id: task, number }) => (await historyOf<Step>("task", task)).filter(({ action }) => action !== "create").map((step) => ({ ...step, task: number }))),
  );
  return [...own, ...theirs.flat()].sort((one, other) => Date.parse(one.at) - Date.parse(other.at) || (one.id ?? 0) - (other.id ?? 0)).reverse();
}

export const Timeline = defineComponent(
  (props: { kind: string; id: number }) => {
    const steps = live(() => told(props.kind, props.id));
    return () => !steps.value?.length ? null : (
      <section class="panel">
        <h2>{t("steps")}</h2>
        <ol class="steps">
          {steps.value.map((step) => (
            <li key={`${step.task ?? ""}/${step.id}`}>
              <div><strong>{step.label ?? step.action}</strong> <span class="card-text">{step.who ?? ""}</span></div>
              <div class="card-text">{[moment(step.at), step.task].filter(Boolean).join(" · ")}</div>
              {step.note ? <div>{step.note}</div> : null}
            </li>
          ))}
        </ol>
      </section>
    );
  },
  { props: ["kind", "id"] },
);
