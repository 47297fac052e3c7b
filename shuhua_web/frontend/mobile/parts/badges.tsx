/** Small words with a colour: states and severities. The colour is never all there is. */
import type { FunctionalComponent } from "vue";
import { label, language, t } from "../i18n";
import type { Table } from "../queue/foresee";

export const StateBadge: FunctionalComponent<{ state: string; table?: Table | undefined; pending?: boolean }> = (props) => {
  const known = props.table?.states.find((each) => each.name === props.state);
  return (
    <span class={["badge", `tone-${known?.tone ?? "secondary"}`]}>
      {known?.[language.now] ?? known?.label ?? label("state", props.state)}
      {props.pending ? <span class="badge-pending"> · {t("unsent")}</span> : null}
    </span>
  );
};
StateBadge.props = ["state", "table", "pending"];

/** What an action is called: by the table in the language of now, else as the server said it last. */
export function actionWord(table: Table | undefined, action: { name: string; label: string }): string {
  return table?.rows.find((row) => row.action === action.name)?.[language.now] ?? action.label;
}

export const SeverityBadge: FunctionalComponent<{ severity: string }> = ({ severity }) => (
  <span class={["badge", `severity-${severity}`]}>{label("severity", severity)}</span>
);
SeverityBadge.props = ["severity"];
