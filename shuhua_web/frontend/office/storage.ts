/** What a person prefers on this device. Storage may be full or forbidden: then preferences last for the page. */

const PREFIX = "shuhua:";

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // The page goes on without remembering.
  }
}
