/** What holds on every screen: no network, sign in again, a new version, how far the sending is. */
import { defineComponent } from "vue";
import { t } from "../i18n";
import { isOver } from "../queue/order";
import { go } from "../router";
import { database } from "../store/database";
import { clock, isWrong } from "../store/clock";
import { storage } from "../store/files";
import { live } from "../store/live";
import { sending } from "../store/outbox";
import { session } from "../store/session";
import { sync } from "../store/sync";
import { enter, updates } from "../store/updates";

export const Notices = defineComponent(() => {
  const waiting = live(async () => (await database.items.toArray()).filter((item) => !isOver(item)).length);

  /** How far the clock is off, in the largest unit that says it. */
  const off = (): string => {
    const seconds = Math.abs(clock.ahead);
    const [n, unit] = seconds < 5400 ? [seconds / 60, "minutes"] as const : seconds < 172_800 ? [seconds / 3600, "hours"] as const : [seconds / 86_400, "days"] as const;
    return t(clock.ahead > 0 ? "ahead" : "behind", { time: t(unit, { n: Math.round(n) }) });
  };

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
        {isWrong() ? <div class="notice">{t("wrong_clock", { off: off() })}</div> : null}
        {storage.room === "enough" ? null : <div class="notice">{t(storage.room === "none" ? "no_room" : "little_room")}</div>}
        {sync.offline && !session.expired ? <div class="notice">{t("offline")}</div> : null}
        {sync.busy && sync.syncedAt === 0 && sync.parts > 0 ? <div class="notice">{t("first_sync", { n: sync.done, of: sync.parts })}</div> : null}
        {sending.busy && unsent > 0 && !sync.offline ? <div class="notice notice-quiet">{t("sending", { n: unsent })}</div> : null}
      </div>
    );
  };
});
