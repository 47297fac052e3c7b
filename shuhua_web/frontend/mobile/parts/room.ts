/** Whether there is room for a photo, a recording, a signature: told before it is made, afterwards would be too late. */
import { t } from "../i18n";
import { room } from "../store/files";
import { showToast } from "./toast";

export async function roomForMore(): Promise<boolean> {
  const left = await room();
  if (left !== "enough") {
    showToast(t(left === "none" ? "no_room" : "little_room"));
  }
  return left !== "none";
}
