/** Small helpers to build elements. Content is always text: nothing here parses markup. */

/** An element with a class, attributes and children; a string child becomes a text node. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** The same for SVG. */
export function makeSvg(tag: string, attributes: Record<string, string>, ...children: Node[]): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** The value of a JSON attribute, or `undefined` where it is missing; a broken one is reported in the console. */
export function jsonAttribute<T>(element: HTMLElement, name: string): T | undefined {
  const text = element.getAttribute(name);
  if (!text) {
    return undefined;
  }
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    console.error(`${name} is no JSON`, error);
    return undefined;
  }
}

/** An address of this server, or `null`: a link from data must not lead to another host or run a script. */
export function ownAddress(address: string): string | null {
  try {
    const url = new URL(address, location.href);
    return url.origin === location.origin ? url.href : null;
  } catch {
    return null;
  }
}
