/** The first screen: a repairer's day, a manager's desk, and what else the person is here for. */
import { computed, defineAsyncComponent, defineComponent, onMounted, ref } from "vue";
import type { Message, Repair, Task } from "../api/records";
import { t, type TextName } from "../i18n";
import { TaskCard } from "../parts/card";
import { moment } from "../parts/format";
import { Icon, type IconName } from "../parts/icon";
import { OwnRequests } from "../parts/own-requests";
import { Page } from "../parts/page";
import { PullRefresh } from "../parts/vant";
import { here, locate, metres } from "../parts/where";
import type { JsonObject } from "../queue/types";
import { go, replace } from "../router";
import { completing } from "../store/complete";
import { live } from "../store/live";
import { all, allShown, listed, type Placed, spotOf } from "../store/records";
import { freshen } from "../store/rhythm";
import { may, session } from "../store/session";
import { sync } from "../store/sync";

const MapView = defineAsyncComponent(async () => (await import("../parts/task-map")).TaskMap);

type Group = [title: TextName, tasks: Placed[]];

const NOW = new Set(["en_route", "on_site", "repairing"]);
const ENDED = new Set(["completed", "followed_up", "closed", "cancelled", "pending_check"]);

export const DayScreen = defineComponent(() => {
  const view = ref<"list" | "map">("list");
  const pulling = ref(false);
  const tasks = live(async () => {
    const found = await allShown<Task>("task");
    return Promise.all(found.map(async (each) => ({ ...each, spot: await spotOf(each.data) })));
  });
  const repairs = live(async () => (may("repairs.view") ? allShown<Repair>("repair") : []));
  const due = live(async () => (await listed("due"))?.length ?? 0);
  const unread = live(async () => (await all<Message & JsonObject>("message")).filter((message) => !message.read_at).length);
  const groups = computed(() => grouped(tasks.value ?? []).filter(([, found]) => found.length > 0));

  // The distance to each task, if the person has allowed it before; else they are asked when it is needed.
  onMounted(async () => {
    const allowed = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
    if (allowed?.state === "granted") {
      void locate();
    }
  });

  async function pulled(): Promise<void> {
    pulling.value = true;
    await freshen();
    pulling.value = false;
  }

  const away = (task: Placed): number | null => (here.last && task.spot ? metres(here.last, task.spot) : null);
  const list = () => (
    <PullRefresh modelValue={pulling.value} onRefresh={() => void pulled()} pullingText={t("pull")} loosingText={t("loose")} loadingText={t("loading")}>
      <div class="list">
        {news()}
        {shortcuts(due.value ?? 0)}
        {groups.value.map(([title, found]) => (
          <section key={title} aria-label={t(title)}>
            <h2 class="group-title">{t(title)} <span class="count">{found.length}</span></h2>
            {found.map((task) => <TaskCard key={task.data.id} task={task} away={away(task)} />)}
          </section>
        ))}
        <OwnRequests />
        {groups.value.length === 0 && !repairs.value?.length ? <p class="empty">{t(sync.busy ? "loading" : "nothing_to_do")}</p> : null}
        <p class="hint">{sync.syncedAt ? t("synced", { at: moment(new Date(sync.syncedAt).toISOString()) }) : ""}</p>
        {completing.busy && completing.left > 0 ? <p class="hint" data-completing="">{t("completing", { n: completing.left })}</p> : null}
      </div>
    </PullRefresh>
  );

  // What came while the app was closed: many phones are told of nothing then.
  const news = () => unread.value ? (
    <button type="button" class="card unread" data-unread={unread.value} onClick={() => replace("/messages")}>
      <div class="card-line"><Icon name="bell" /> <b>{t("unread_messages", { n: unread.value })}</b></div>
    </button>
  ) : null;

  const hasTasks = may("tasks.view");
  return () => (
    <Page title={t("today")} first>
      {{
        right: () => hasTasks ? (
          <button type="button" class="bar-button bar-word" onClick={() => (view.value = view.value === "list" ? "map" : "list")}>
            {t(view.value === "list" ? "map" : "list")}
          </button>
        ) : null,
        default: () => view.value === "map" ? <MapView tasks={groups.value.flatMap(([, found]) => found)} /> : list(),
      }}
    </Page>
  );
});

const SHORTCUTS: [permission: string, path: string, icon: IconName, text: TextName][] = [
  ["repairs.create", "/report", "alert", "report"],
  ["repairs.intake", "/report", "alert", "report"],
  ["inspections.carry_out", "/inspect", "clipboard", "inspect"],
  ["followups.visit", "/visit", "pin", "visit"],
  ["sites.edit", "/collect", "plus", "collect"],
  ["equipment.view", "/equipment", "tool", "my_equipment"],
  ["reports.view", "/figures", "chart", "figures"],
];

function shortcuts(due: number) {
  const isCustomer = session.user?.customer_id != null;
  const found = SHORTCUTS.filter(([permission, path]) => may(permission) && (path !== "/equipment" || isCustomer));
  const once = found.filter(([, path], index) => found.findIndex((each) => each[1] === path) === index);
  return once.length === 0 ? null : (
    <div class="shortcuts">
      {once.map(([, path, icon, text]) => (
        <button type="button" class="shortcut" key={path} onClick={() => go(path)}>
          <Icon name={icon} />
          <span>{t(text)}{path === "/inspect" && due > 0 ? ` ${due}` : ""}</span>
        </button>
      ))}
    </div>
  );
}

/** Tasks under headings, the most pressing first. */
function grouped(tasks: Placed[]): Group[] {
  const sorted = [...tasks].sort((one, other) => urgency(one) - urgency(other));
  const of = (wanted: (state: string, task: Placed) => boolean): Placed[] => sorted.filter((task) => wanted(task.foreseen.state, task));
  const ended = of((state) => ENDED.has(state)).reverse();
  if (session.user?.customer_id != null) {
    // Customers follow their requests, which stand below; of the work they see what waits for their word.
    return [["to_check", of((state) => state === "pending_check")]];
  }
  if (may("tasks.assign")) {
    return [
      ["to_accept", of((state) => state === "pending_accept")],
      ["to_assign", of((state) => state === "accepted" || state === "rework")],
      ["in_work", of((state) => state === "assigned" || NOW.has(state))],
      ["on_hold", of((state) => state === "on_hold")],
      ["done_lately", ended],
    ];
  }
  if (may("tasks.follow_up") && !may("tasks.carry_out")) {
    return [["to_follow_up", of((state) => state === "completed")], ["followed_up", of((state) => state === "followed_up")]];
  }
  const mine = (task: Placed): boolean => task.data.repairer_id === session.user?.id;
  const endOfDay = new Date().setHours(24, 0, 0, 0);
  const today = (task: Placed): boolean => urgency(task) < endOfDay;
  const ahead = (state: string): boolean => ["assigned", "pending_accept", "rework"].includes(state);
  return [
    ["now", of((state) => NOW.has(state))],
    ["today_too", of((state, task) => ahead(state) && mine(task) && today(task))],
    ["later", of((state, task) => ahead(state) && !(mine(task) && today(task)))],
    ["on_hold", of((state) => state === "on_hold")],
    ["done_lately", ended],
  ];
}

const urgency = ({ data }: Placed): number => Math.min(...[data.due_at, data.appointed_at].filter((at) => at !== null).map((at) => Date.parse(at)));
