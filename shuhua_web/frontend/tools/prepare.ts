/**
 * Makes what Vite then bundles, from the packages of the lock file: the sprite of icons, the phone
 * app's own icon, and the layers of the offline map.
 * Everything goes to `generated/`, which is never committed.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { appIcons } from "./app-icons.ts";
import { mapLayers } from "./map-layers.ts";
import { sprite } from "./sprite.ts";

const root = join(import.meta.dirname, "..");

function write(path: string, content: string | Buffer): void {
  const target = join(root, "generated", path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}

rmSync(join(root, "generated"), { recursive: true, force: true });
write("icons.svg", sprite(root));
for (const [name, layer] of mapLayers(root)) {
  write(`map/${name}.json`, JSON.stringify(layer));
}
for (const [name, icon] of appIcons()) {
  write(`mobile/${name}`, icon);
}
