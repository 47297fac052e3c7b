import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { licences } from "./tools/licences.ts";

const here = import.meta.dirname;

/** Where a built asset goes: map layers apart from the rest, so that a server may cache them for ever. */
function assetFile(names: string[]): string {
  const isMap = names.some((name) => name.includes("generated/map/"));
  return isMap ? "map/[name]-[hash][extname]" : "assets/[name]-[hash][extname]";
}

const licenceFile: Plugin = {
  name: "licences",
  generateBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
    this.emitFile({ type: "asset", fileName: "licenses.txt", source: licences(here, modules) });
  },
};

export default defineConfig({
  root: here,
  // Files refer to each other by relative addresses: the application may be mounted anywhere.
  base: "./",
  publicDir: false,
  plugins: [licenceFile],
  // The phone app's parts are TSX: its templates are checked by the same compiler as the rest.
  oxc: { jsx: { runtime: "automatic", importSource: "vue" } },
  build: {
    outDir: resolve(here, "../static/dist"),
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsInlineLimit: 0,
    target: "es2022",
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      // htmx can evaluate attributes; its setting and the content security policy forbid it.
      checks: { eval: false },
      // One entry a front end: a name, and the file that it starts with.
      input: {
        office: resolve(here, "office/main.ts"),
        public: resolve(here, "public/main.ts"),
        mobile: resolve(here, "mobile/main.ts"),
        "service-worker": resolve(here, "mobile/sw/worker.ts"),
      },
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: (asset) => assetFile(asset.originalFileNames),
      },
    },
  },
});
