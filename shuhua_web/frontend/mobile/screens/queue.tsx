/** Everything that was done here and what became of it; drafts; and the unsent part as a file. */
import { defineComponent, ref } from "vue";
import { t } from "../i18n";
import { draftPlace } from "../parts/drafting";
import { moment } from "../parts/format";
import { Icon } from "../parts/icon";
import { ItemLine } from "../parts/item-line";
import { Page } from "../parts/page";
import { Button, showConfirmDialog } from "../parts/vant";
import { inOrder, isOver } from "../queue/order";
import { go } from "../router";
import { database } from "../store/database";
import { forget, saveNow } from "../store/drafts";
import { saveUnsent } from "../store/export";
import { live } from "../store/live";
import { flush, queue } from "../store/outbox";
import { freshen } from "../store/rhythm";
import { session } from "../store/session";

export const QueueScreen = defineComponent(() => {
  const busy = ref(false);
  const items = live(async () => inOrder(await database.items.toArray()));
  const drafts = live(async () => {
    await saveNow();
    return (await database.drafts.toArray()).filter((each) => each.owner === session.user?.id).sort((one, other) => other.at - one.at);
  });

  async function sendNow(): Promise<void> {
    busy.value = true;
    await queue.hurry();
    flush();
    await freshen();
    busy.value = false;
  }

  async function discard(id: string): Promise<void> {
    const sure = await showConfirmDialog({ message: t("drop_draft"), confirmButtonText: t("drop"), cancelButtonText: t("keep") }).then(() => true, () => false);
    if (sure) {
      await forget(id);
    }
  }

  return () => {
    const unsent = (items.value ?? []).filter((item) => !isOver(item));
    const sent = (items.value ?? []).filter((item) => item.state === "done").reverse().slice(0, 30);
    return (
      <Page title={t("queue")} first>
        <div class="list">
          <section aria-label={t("unsent")}>
            <h2 class="group-title">{t("unsent")} <span class="count">{unsent.length}</span></h2>
            {unsent.length === 0 ? <p class="empty">{t("all_sent")}</p> : unsent.map((item) => <div class="panel" key={item.id}><ItemLine item={item} /></div>)}
            {unsent.length > 0 ? (
              <div class="row-buttons">
                <Button type="primary" size="small" loading={busy.value} onClick={() => void sendNow()}>{t("send_now")}</Button>
                <Button size="small" onClick={() => void saveUnsent()}><Icon name="download" /> {t("export")}</Button>
              </div>
            ) : null}
          </section>
          {drafts.value?.length ? (
            <section aria-label={t("drafts")}>
              <h2 class="group-title">{t("drafts")} <span class="count">{drafts.value.length}</span></h2>
              {drafts.value.map((draft) => (
                <div class="panel draft" key={draft.id}>
                  <button type="button" class="draft-open" onClick={() => go(draftPlace(draft.place, draft.id))}>
                    <strong>{draft.title}</strong>
                    <span class="card-text">{moment(new Date(draft.at).toISOString())}</span>
                  </button>
                  <button type="button" class="row-remove" aria-label={t("drop")} onClick={() => void discard(draft.id)}><Icon name="trash" /></button>
                </div>
              ))}
            </section>
          ) : null}
          {sent.length > 0 ? (
            <section aria-label={t("sent")}>
              <h2 class="group-title">{t("sent")}</h2>
              {sent.map((item) => <div class="panel" key={item.id}><ItemLine item={item} /></div>)}
            </section>
          ) : null}
        </div>
      </Page>
    );
  };
});
