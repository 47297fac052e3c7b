/** The frame of a screen: its title, a way back, what belongs to the title, and a foot that stays in reach of the thumb. */
import { defineComponent } from "vue";
import { t } from "../i18n";
import { back } from "../router";
import { Icon } from "./icon";
import { Notices } from "./notices";
import { NavBar } from "./vant";

export const Page = defineComponent(
  (props: { title: string; first?: boolean }, { slots }) => {
    return () => (
      <div class="page">
        <div class="page-head">
          <NavBar border={false}>
            {{
              left: () =>
                props.first ? null : (
                  <button type="button" class="bar-button" aria-label={t("back")} onClick={back}>
                    <Icon name="left" />
                  </button>
                ),
              title: () => <h1 class="page-title">{props.title}</h1>,
              right: slots["right"],
            }}
          </NavBar>
          <Notices />
        </div>
        <main class={["page-main", { "with-foot": slots["foot"] }]}>{slots["default"]?.()}</main>
        {slots["foot"] ? <div class="page-foot">{slots["foot"]()}</div> : null}
      </div>
    );
  },
  { props: ["title", "first"] },
);
