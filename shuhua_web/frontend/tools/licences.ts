/** The licences of everything that is shipped: what is in the bundles, and what package.json names as dependencies. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  name: string;
  version: string;
  license?: string;
  author?: string | { name: string };
  homepage?: string;
}

const FILES = /^(licen[cs]e|notice|copying|ofl)/i;

const PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/;

/**
 * One text: a heading a package, then its licence and notice files as they are. `modules` are the files in the bundles; what we
 * name as dependencies is there anyway, since some of it is shipped as data.
 */
export function licences(root: string, modules: Iterable<string>): string {
  const named = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { dependencies: Record<string, string> };
  const folders = new Set(Object.keys(named.dependencies).map((name) => join(root, "node_modules", name)));
  for (const module of modules) {
    const folder = PACKAGE.exec(module)?.[0];
    if (folder?.startsWith("/")) {
      folders.add(folder);
    }
  }
  const parts = [...folders].sort().map(licence);
  return ["Third-party software and data in this folder, and their licences.", ...parts].join("\n\n");
}

function licence(folder: string): string {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  if (!about.license) {
    throw new Error(`${about.name} names no licence`);
  }
  const heading = `${"=".repeat(78)}\n${about.name} ${about.version} (${about.license})\n${"=".repeat(78)}`;
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && FILES.test(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), "utf8").trim());
  if (texts.length === 0) {
    const author = typeof about.author === "string" ? about.author : about.author?.name;
    texts.push(`Copyright ${author ?? about.name}. Licence: ${about.license}. ${about.homepage ?? ""}`.trim());
  }
  return [heading, ...texts].join("\n\n");
}
