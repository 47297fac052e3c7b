/** The licences of everything that is shipped: the packages of the lock file that are no tools of the build. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface LockEntry {
  dev?: boolean;
}

interface Manifest {
  name: string;
  version: string;
  license?: string;
  author?: string | { name: string };
  homepage?: string;
}

const FILES = /^(licen[cs]e|notice|copying|ofl)/i;

/** One text: a heading a package, then its licence and notice files as they are. */
export function licences(root: string): string {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as { packages: Record<string, LockEntry> };
  const shipped = Object.entries(lock.packages).filter(([path, entry]) => path !== "" && !entry.dev);
  const parts = shipped.map(([path]) => licence(join(root, path)));
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
