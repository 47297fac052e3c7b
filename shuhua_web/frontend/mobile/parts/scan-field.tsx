/** A field for a number that stands on a part or a plate as a code: scanned, or typed. */
import { defineAsyncComponent, defineComponent, ref } from "vue";
import { t } from "../i18n";
import { Icon } from "./icon";
import { Sheet } from "./sheet";

/** Loaded when it is used: it brings the reader of codes. */
const Scanner = defineAsyncComponent(async () => (await import("./scanner")).Scanner);

export const ScanField = defineComponent(
  (props: { label: string; onCode: (text: string) => void }, { slots }) => {
    const open = ref(false);
    return () => (
      <div class="scan-field">
        {slots["default"]?.()}
        <button type="button" class="small-button" aria-label={t("scan_for", { what: props.label })} onClick={() => (open.value = true)}>
          <Icon name="scan" />
        </button>
        <Sheet show={open.value} title={t("scan_for", { what: props.label })} look="signature-sheet" onClose={() => (open.value = false)}>
                      <Scanner
              any
              onCode={(text: string) => {
                open.value = false;
                props.onCode(text);
              }}
            />
        </Sheet>
      </div>
    );
  },
  { props: ["label", "onCode"] },
);
