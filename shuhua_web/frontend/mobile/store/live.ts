/** What the database holds, as values that screens watch. */
import { liveQuery } from "dexie";
import { onScopeDispose, ReactiveEffect, shallowRef, type ShallowRef } from "vue";

/**
 * The result of a query, `undefined` until the first answer. It is asked again whenever what it reads of the database has changed,
 * or what it reads of the screen before it first waits.
 */
export function live<T>(query: () => Promise<T>): ShallowRef<T | undefined> {
  const found = shallowRef<T>();
  let stop = (): void => undefined;
  // The database asks later than it is told to, so what a query reads is noted while it is asked, and not here.
  const asking = new ReactiveEffect(query);
  const begin = (): void => {
    stop();
    const watched = liveQuery(() => asking.run()).subscribe({
      next: (value) => {
        found.value = value;
      },
      error: (error: unknown) => console.error(error),
    });
    stop = () => watched.unsubscribe();
  };
  asking.scheduler = begin;
  begin();
  onScopeDispose(() => stop());
  return found;
}
