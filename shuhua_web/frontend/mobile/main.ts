/** The phone app begins here: what was kept first, the network afterwards. */
import "../generated/mobile/icon-180.png?url";
import "../generated/mobile/icon-192.png?url";
import "../generated/mobile/icon-512.png?url";
import "../generated/mobile/icon-512-maskable.png?url";
import "./style/mobile.css";
import { createApp } from "vue";
import { App } from "./app";
import { use } from "./i18n";
import type { Language } from "./i18n/language";
import { restoreClock } from "./store/clock";
import { setting } from "./store/database";
import { restoreChoices } from "./store/choices";
import { watchLeaving } from "./store/drafts";
import { restorePreferences } from "./store/preferences";
import { restore } from "./store/session";
import { restoreSync } from "./store/sync";
import { register } from "./store/updates";
import { keepFresh } from "./store/rhythm";

const chosen = await setting<Language>("language");
use(chosen ?? (navigator.language.startsWith("zh") || navigator.languages.some((each) => each.startsWith("zh")) ? "zh" : "en"));
await Promise.all([restore(), restorePreferences(), restoreSync(), restoreClock(), restoreChoices()]);
watchLeaving();
createApp(App).mount("#app");
void register();
void keepFresh();
