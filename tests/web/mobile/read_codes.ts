/**
 * Reads the QR codes of pictures as the app's scanner does with photos: `node read_codes.ts <folder>`. The folder holds one JSON
 * file a picture, with its RGBA bytes at each of the scanner's sizes. Prints a JSON object: picture -> text or null.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const frontend = join(import.meta.dirname, "../../../shuhua_web/frontend");
const { PHOTO, SIDES } = await import(join(frontend, "mobile/parts/qr-options.ts"));
const required = createRequire(join(frontend, "package.json"));
const { prepareZXingModule, readBarcodes } = required("zxing-wasm/reader");
const { default: jsQR } = required("jsqr");

interface Size {
  side: number;
  width: number;
  height: number;
  file: string;
}

const [folder = ""] = process.argv.slice(2);
if (folder === "sides") {
  console.log(JSON.stringify(SIDES));
  process.exit(0);
}
const wasm = readFileSync(join(frontend, "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm"));
await prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) }, fireImmediately: true });

async function read(sizes: Size[]): Promise<string | null> {
  for (const { width, height, file } of sizes) {
    const data = new Uint8ClampedArray(readFileSync(join(folder, file)));
    const [found] = await readBarcodes({ data, width, height, colorSpace: "srgb" }, PHOTO);
    const text = found?.isValid && found.text ? found.text : (jsQR(data, width, height)?.data ?? null);
    if (text !== null) {
      return text;
    }
  }
  return null;
}

const answers: Record<string, string | null> = {};
for (const name of readdirSync(folder).filter((each) => each.endsWith(".json"))) {
  const { picture, sizes } = JSON.parse(readFileSync(join(folder, name), "utf8")) as { picture: string; sizes: Size[] };
  answers[picture] = await read(sizes);
}
console.log(JSON.stringify(answers));
