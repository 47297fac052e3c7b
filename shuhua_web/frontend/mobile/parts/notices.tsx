/** What holds on every screen: no network, sign in again, a new version, how far the sending is. */
import { defineComponent } from "vue";
import { t } from "../i18n";
import { isOver } from "../queue/order";
import { go } from "../router";
import { database } from "../store/database";
import { live } from "../store/live";
import { sending } from "../store/outbox";
import { session } from "../store/session";
import { sync } from "../store/sync";
import { enter, updates } from "../store/updates";

export const Notices = defineComponent(() => {
  const waiting = live(async () => (await database.items.toArray()).filter((item) => !isOver(item)).length);

  return () => {
    const unsent = waiting.value ?? 0;
    return (
      <div role="status">
        {updates.waiting ? (
          <button type="button" class="notice" onClick={() => void enter()}>{t("new_version")}</button>
        ) : null}
        {session.expired ? (
          <button type="button" class="notice notice-strong" onClick={() => go("/sign-in")}>{t("sign_in_again", { n: unsent })}</button>
        ) : null}
        {sync.offline && !session.expired ? <div class="notice">{t("offline")}</div> : null}
        {sync.busy && sync.syncedAt === 0 && sync.parts > 0 ? <div class="notice">{t("first_sync", { n: sync.done, of: sync.parts })}</div> : null}
        {sending.busy && unsent > 0 && !sync.offline ? <div class="notice notice-quiet">{t("sending", { n: unsent })}</div> : null}
      </div>
    );
  };
});
