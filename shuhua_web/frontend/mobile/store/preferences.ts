/** How the person likes the screens. */
import { reactive, watchEffect } from "vue";
import { setSetting, setting } from "./database";

export const preferences = reactive({ large: false });

export async function restorePreferences(): Promise<void> {
  preferences.large = (await setting<boolean>("large")) ?? false;
  watchEffect(() => document.documentElement.classList.toggle("large", preferences.large));
}

export async function setLarge(large: boolean): Promise<void> {
  preferences.large = large;
  await setSetting("large", large);
}
