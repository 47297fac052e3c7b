/** Scanning a label: opens the piece that it is on. */
import { defineComponent } from "vue";
import { t } from "../i18n";
import { Page } from "../parts/page";
import { Scanner } from "../parts/scanner";
import { go } from "../router";

export const ScanScreen = defineComponent(() => () => (
  <Page title={t("scan")} first>
    <Scanner onCode={(code: string) => go(`/piece/code/${code}`)} />
  </Page>
));
