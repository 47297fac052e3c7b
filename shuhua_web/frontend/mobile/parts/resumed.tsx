/** That a form was begun before, with a way to begin another one beside it. */
import type { FunctionalComponent } from "vue";
import { t } from "../i18n";
import type { Drafting } from "./drafting";

export const Resumed: FunctionalComponent<{ draft: Drafting }> = ({ draft }) =>
  draft.resumed.value ? (
    <div class="notice notice-quiet notice-line">
      <span>{t("resumed")}</span>
      <button type="button" class="small-button" onClick={() => void draft.another()}>{t("begin_another")}</button>
    </div>
  ) : null;
Resumed.props = ["draft"];
