/** The shell: which screen is shown, and the tabs at the foot. */
import { type Component, computed, defineAsyncComponent, defineComponent, h } from "vue";
import { t } from "./i18n";
import { Icon, type IconName } from "./parts/icon";
import { Loading, Tabbar, TabbarItem } from "./parts/vant";
import { isOver } from "./queue/order";
import { place, replace } from "./router";
import { ActScreen } from "./screens/act";
import { ArticleScreen, NewsScreen } from "./screens/news";
import { DayScreen } from "./screens/day";
import { MeScreen } from "./screens/me";
import { PieceScreen } from "./screens/piece";
import { QueueScreen } from "./screens/queue";
import { RecordScreen } from "./screens/record";
import { SignInScreen } from "./screens/sign-in";
import { database } from "./store/database";
import { live } from "./store/live";
import { session } from "./store/session";

/** Loaded when they are opened: they bring scanner and map, or are not everybody's. */
const later = (load: () => Promise<Component>): Component =>
  defineAsyncComponent({ loader: load, loadingComponent: () => h(Loading, { class: "centred" }), delay: 150 });

const SCREENS: Record<string, Component> = {
  "": DayScreen,
  task: RecordScreen,
  repair: RecordScreen,
  act: ActScreen,
  queue: QueueScreen,
  messages: NewsScreen,
  article: ArticleScreen,
  me: MeScreen,
  piece: PieceScreen,
  scan: later(async () => (await import("./screens/scan")).ScanScreen),
  inspect: later(async () => (await import("./screens/inspect")).InspectScreen),
  collect: later(async () => (await import("./screens/collect")).CollectScreen),
  report: later(async () => (await import("./screens/report")).ReportScreen),
  equipment: later(async () => (await import("./screens/equipment")).EquipmentScreen),
  figures: later(async () => (await import("./screens/figures")).FiguresScreen),
  quote: later(async () => (await import("./screens/quote")).QuoteScreen),
  visit: later(async () => (await import("./screens/visit")).VisitScreen),
};

const TABS: [path: string, icon: IconName, text: "today" | "scan" | "queue" | "messages" | "me"][] = [
  ["", "home", "today"],
  ["scan", "scan", "scan"],
  ["queue", "cloud", "queue"],
  ["messages", "bell", "messages"],
  ["me", "user", "me"],
];

export const App = defineComponent(() => {
  const waiting = live(async () => (await database.items.toArray()).filter((item) => !isOver(item)).length);
  const unread = live(async () => {
    const messages = await database.records.where("kind").equals("message").toArray();
    return messages.filter((kept) => !kept.data["read_at"]).length;
  });
  const name = computed(() => place.parts[0] ?? "");
  const badge = (path: string): number => (path === "queue" ? waiting.value : path === "messages" ? unread.value : 0) ?? 0;

  const tabs = () => (
    <Tabbar modelValue={name.value} route={false} safeAreaInsetBottom border={false} onUpdate:modelValue={(chosen: string | number) => replace(`/${chosen}`)}>
      {TABS.map(([path, icon, text]) => (
        <TabbarItem key={path} name={path} badge={badge(path) || ""} aria-label={badge(path) ? `${badge(path)} ${t(text)}` : t(text)}>
          {{ icon: () => <Icon name={icon} />, default: () => t(text) }}
        </TabbarItem>
      ))}
    </Tabbar>
  );

  return () => {
    if (session.user === null || name.value === "sign-in") {
      return <SignInScreen />;
    }
    const screen = SCREENS[name.value] ?? DayScreen;
    const isTab = TABS.some(([path]) => path === name.value);
    return (
      <div class="app">
        {h(screen, { key: `${place.path}?${place.query}` })}
        {isTab ? tabs() : null}
      </div>
    );
  };
});
