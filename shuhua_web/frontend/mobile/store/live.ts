/** What the database holds, as values that screens watch. */
import { liveQuery } from "dexie";
import { onScopeDispose, shallowRef, type ShallowRef, watchEffect } from "vue";

/** The result of a query, asked again whenever what it reads has changed; `undefined` until the first answer. */
export function live<T>(query: () => Promise<T>): ShallowRef<T | undefined> {
  const found = shallowRef<T>();
  let stop = (): void => undefined;
  watchEffect((cleanUp) => {
    const watched = liveQuery(query).subscribe({
      next: (value) => {
        found.value = value;
      },
      error: (error: unknown) => console.error(error),
    });
    stop = () => watched.unsubscribe();
    cleanUp(stop);
  });
  onScopeDispose(() => stop());
  return found;
}
