/** Who is signed in here, how the screens look, what room there is. */
import { defineComponent, onMounted, ref } from "vue";
import { choose, label, language, t } from "../i18n";
import { moment, size } from "../parts/format";
import { Page } from "../parts/page";
import { PushCell } from "../parts/push-cell";
import { Button, Cell, CellGroup, showConfirmDialog, Switch } from "../parts/vant";
import { isOver } from "../queue/order";
import { replace } from "../router";
import { completing } from "../store/complete";
import { database } from "../store/database";
import { live } from "../store/live";
import { picturesKept } from "../store/pictures";
import { preferences, setLarge } from "../store/preferences";
import { freshen } from "../store/rhythm";
import { may, session, signOut } from "../store/session";
import { sync } from "../store/sync";

export const MeScreen = defineComponent(() => {
  const used = ref("");
  const pictures = live(picturesKept);
  const unsent = live(async () => (await database.items.toArray()).filter((item) => !isOver(item)).length);

  onMounted(async () => {
    const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
    used.value = quota > 0 ? t("used_of", { used: size(usage), all: size(quota) }) : "";
  });

  /** Labels of states and actions come from the server in the language of whoever asks: they are read anew. */
  async function changeLanguage(): Promise<void> {
    await choose(language.now === "zh" ? "en" : "zh");
    await freshen(true);
  }

  async function leave(): Promise<void> {
    const message = unsent.value ? t("sign_out_unsent", { n: unsent.value }) : t("sign_out_sure");
    const sure = await showConfirmDialog({ message, confirmButtonText: t("sign_out"), cancelButtonText: t("keep") }).then(() => true, () => false);
    if (sure) {
      await signOut();
      replace("/");
    }
  }

  return () => (
    <Page title={t("me")} first>
      <div class="list">
        <CellGroup inset>
          <Cell title={session.user?.name ?? ""} label={(session.user?.roles ?? []).map((role) => label("role", role)).join("、")} value={session.user?.login ?? ""} />
          <Cell title={t("device")} value={session.device} />
          <Cell title={t("last_sync")} value={sync.syncedAt ? moment(new Date(sync.syncedAt).toISOString()) : "–"} />
          <Cell title={t("storage")} value={used.value} />
          <Cell title={t("pictures_kept")} value={pictures.value?.count ? t("pictures_of", { n: pictures.value.count, size: size(pictures.value.size) }) : "–"} label={completing.left > 0 ? t("completing", { n: completing.left }) : ""} />
        </CellGroup>
        {may("messages.view") ? <CellGroup inset><PushCell /></CellGroup> : null}
        <CellGroup inset>
          <Cell center title={t("large_type")}>
            {{ value: () => <Switch aria-label={t("large_type")} modelValue={preferences.large} onUpdate:modelValue={(on: boolean) => void setLarge(on)} /> }}
          </Cell>
          <Cell center title={t("language")}>
            {{ value: () => (
              <button type="button" class="small-button" onClick={() => void changeLanguage()}>
                {language.now === "zh" ? "English" : "中文"}
              </button>
            ) }}
          </Cell>
        </CellGroup>
        <div class="stack">
          <Button block loading={sync.busy} onClick={() => void freshen(true)}>{t("sync_all")}</Button>
          <Button block onClick={() => void leave()}>{t("sign_out")}</Button>
        </div>
      </div>
    </Page>
  );
});
