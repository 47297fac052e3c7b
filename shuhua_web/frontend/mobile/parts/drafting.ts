/** A form that is gone on with: its draft is found again, and each change is kept. */
import { onUnmounted, reactive, ref } from "vue";
import type { Json, JsonObject } from "../queue/types";
import type { Draft } from "../store/database";
import { draftOf, forget, newDraft, saveNow, saveSoon, settle } from "../store/drafts";

export interface Drafting {
  values: JsonObject;
  /** Whether it was begun before and found again. */
  resumed: { value: boolean };
  ready: Promise<void>;
  set(name: string, value: Json): void;
  /** To be called when it has been put into the queue, which took the draft away. */
  sent(): void;
  discard(): Promise<void>;
  id(): string;
}

export function useDraft(form: string, title: () => string, place: string, initial: JsonObject = {}): Drafting {
  const values = reactive<JsonObject>({ ...initial });
  const resumed = ref(false);
  // Its title may speak of what the draft holds, so it is asked for only when it is kept.
  let draft: Draft = newDraft(form, "", place, values);
  let over = false;
  const ready = draftOf(form).then((found) => {
    if (found) {
      draft = found;
      Object.assign(values, found.values);
      resumed.value = true;
    }
  });

  function keep(): void {
    if (!over) {
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
      keep();
    },
    sent() {
      over = true;
      settle(draft.id);
    },
    async discard() {
      over = true;
      await forget(draft.id);
    },
  };
}
