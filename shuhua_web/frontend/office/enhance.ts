/** Attaches behaviour to elements by an attribute, on the first page and on every part that htmx brings in later. */

type Attach = (element: HTMLElement) => void;

const behaviours: { selector: string; attach: Attach; done: WeakSet<HTMLElement> }[] = [];

/** Calls `attach` once for each element that matches `selector`, now and later. */
export function enhance(selector: string, attach: Attach): void {
  behaviours.push({ selector, attach, done: new WeakSet() });
}

/** Attaches what has been registered to `root` and everything in it. */
export function enhanceAll(root: HTMLElement): void {
  for (const { selector, attach, done } of behaviours) {
    const found = [...root.querySelectorAll<HTMLElement>(selector)];
    if (root.matches(selector)) {
      found.unshift(root);
    }
    for (const element of found) {
      if (!done.has(element)) {
        done.add(element);
        attach(element);
      }
    }
  }
}
