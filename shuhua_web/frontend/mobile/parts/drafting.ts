/** A form that is gone on with: its draft is found again, each change is kept, and sending it takes the draft away. */
import { onUnmounted, reactive, ref } from "vue";
import { t } from "../i18n";
import type { Json, JsonObject } from "../queue/types";
import { place, replace } from "../router";
import type { Draft } from "../store/database";
import { draftOf, forget, newDraft, saveNow, saveSoon, settle } from "../store/drafts";
import { type Enqueuing, enqueue } from "../store/outbox";
import { showToast } from "./toast";

export interface Drafting {
  values: JsonObject;
  /** Whether it was begun before and found again. */
  resumed: { value: boolean };
  ready: Promise<void>;
  set(name: string, value: Json): void;
  /** Puts what came of it into the queue and takes the draft away. Where there is no room for it, it says so and stays a draft. */
  send(makings: Enqueuing[]): Promise<boolean>;
  discard(): Promise<void>;
  /** Leaves this one as it is and begins another of the same form. */
  another(): Promise<void>;
  id(): string;
}

/** Filled in by the app: alone they are nothing that anybody would miss. */
const BY_ITSELF = new Set(["position"]);

export function useDraft(form: string, title: () => string, initial: JsonObject = {}): Drafting {
  const values = reactive<JsonObject>({ ...initial });
  const resumed = ref(false);
  const asked = place.query.get("draft");
  // Its title may speak of what the draft holds, so it is asked for only when it is kept.
  let draft: Draft = newDraft(form, "", withoutDraft(), values);
  let touched = false;
  let over = false;
  if (asked !== null) {
    draft.id = asked;
  }
  const ready = draftOf(form, asked).then((found) => {
    if (found) {
      draft = found;
      Object.assign(values, found.values);
      touched = true;
      resumed.value = true;
    }
  });

  function keep(): void {
    if (touched && !over) {
      saveSoon({ ...draft, title: title(), values });
    }
  }

  onUnmounted(() => void saveNow());

  return {
    values,
    resumed,
    ready,
    id: () => draft.id,
    set(name, value) {
      values[name] = value;
      touched ||= !BY_ITSELF.has(name);
      keep();
    },
    async send(makings) {
      over = true;
      settle(draft.id);
      try {
        await enqueue(makings, draft.id);
      } catch (error) {
        console.warn(String(error));
        over = false;
        keep();
        showToast(t("no_room"));
        return false;
      }
      return true;
    },
    async discard() {
      over = true;
      await forget(draft.id);
    },
    async another() {
      await saveNow();
      replace(draftPlace(withoutDraft(), crypto.randomUUID()));
    },
  };
}

/** Where this form is, whichever draft of it is open. */
function withoutDraft(): string {
  const query = new URLSearchParams(place.query);
  query.delete("draft");
  return query.size > 0 ? `${place.path}?${query}` : place.path;
}

/** Where one draft of a form is gone on with. */
export const draftPlace = (form: string, id: string): string => `${form}${form.includes("?") ? "&" : "?"}draft=${id}`;
