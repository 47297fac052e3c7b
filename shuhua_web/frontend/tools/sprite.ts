/** The icons that the screens use, as one SVG: a page refers to one of them as `icons.svg#name`. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export function sprite(root: string): string {
  const names: string[] = JSON.parse(readFileSync(join(root, "office/icons.json"), "utf8"));
  const symbols = names.map((name) => symbol(root, name));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

function symbol(root: string, name: string): string {
  const path = join(root, "node_modules/@tabler/icons/icons/outline", `${name}.svg`);
  if (!existsSync(path)) {
    throw new Error(`office/icons.json names "${name}", which Tabler does not have`);
  }
  const drawing = readFileSync(path, "utf8").match(/<svg[^>]*>([\s\S]*)<\/svg>/)?.[1];
  if (drawing === undefined) {
    throw new Error(`${path} is no icon`);
  }
  const shapes = drawing.replaceAll(/\s*\n\s*/g, "");
  return (
    `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"` +
    ` stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`
  );
}
