/** The switch for messages while the app is closed, with what to do where it cannot be switched. */
import { computed, defineComponent, onMounted } from "vue";
import { t, type TextName } from "../i18n";
import { lookAtPush, push, type PushState, turnOff, turnOn } from "../store/push";
import { Cell, Switch } from "./vant";

const WORDS: Record<PushState, TextName | null> = {
  unknown: null,
  absent: "push_absent",
  in_app: "push_in_app",
  install: "push_install",
  unsupported: "push_unsupported",
  denied: "push_denied",
  off: "push_off",
  on: "push_on",
  failed: "push_failed",
};
const SWITCHED = new Set<PushState>(["off", "on", "failed"]);

export const PushCell = defineComponent(() => {
  const words = computed(() => WORDS[push.state]);
  // Without a network it stays as it was.
  onMounted(() => void lookAtPush().catch(() => undefined));
  const change = (on: boolean): void => void (on ? turnOn() : turnOff()).catch(() => (push.state = "failed"));
  return () => (
    <Cell center class="push-cell" data-push={push.state}>
      {{
        title: () => t("push"),
        label: () => (words.value ? <span role="status">{t(words.value)}</span> : null),
        value: () =>
          SWITCHED.has(push.state) ? (
            <Switch aria-label={t("push")} modelValue={push.state === "on"} loading={push.busy} onUpdate:modelValue={change} />
          ) : null,
      }}
    </Cell>
  );
});
