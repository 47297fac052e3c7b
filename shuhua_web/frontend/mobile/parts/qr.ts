/** Reading QR codes: zxing compiled to WebAssembly, served by us; jsQR where that does not run. Loaded with the scanner. */
import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";
import wasmAddress from "zxing-wasm/reader/zxing_reader.wasm?url";
import { ANY, PHOTO, SIDES, STREAM } from "./qr-options";

let ready: Promise<boolean> | undefined;

/** Whether the quick reader runs here. */
function prepared(): Promise<boolean> {
  ready ??= Promise.resolve(prepareZXingModule({ overrides: { locateFile: () => wasmAddress }, fireImmediately: true })).then(
    () => true,
    (error: unknown) => {
      console.warn(`zxing does not run here: ${String(error)}`);
      return false;
    },
  );
  return ready;
}

/** The text of a code in a picture of the stream, or null. */
export async function readFrame(image: ImageData, any = false): Promise<string | null> {
  return read(image, any ? { ...STREAM, formats: ANY } : STREAM);
}

/** The text of a code in a photo, or null: as a whole, then smaller, which helps with blurred and very near ones. */
export async function readPhoto(file: Blob, any = false): Promise<string | null> {
  const bitmap = await createImageBitmap(file);
  try {
    for (const side of SIDES) {
      const found = await read(pixels(bitmap, bitmap.width, bitmap.height, side), any ? { ...PHOTO, formats: ANY } : PHOTO);
      if (found !== null) {
        return found;
      }
    }
    return null;
  } finally {
    bitmap.close();
  }
}

/** What is seen, scaled so that its longest side is no longer than `side`. */
export function pixels(source: CanvasImageSource, width: number, height: number, side: number): ImageData {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  if (!drawing) {
    throw new Error("no canvas");
  }
  drawing.drawImage(source, 0, 0, canvas.width, canvas.height);
  return drawing.getImageData(0, 0, canvas.width, canvas.height);
}

async function read(image: ImageData, options: ReaderOptions): Promise<string | null> {
  if (await prepared()) {
    const found = (await readBarcodes(image, options)).find((each) => each.isValid && each.text);
    if (found) {
      return found.text;
    }
    if (!options.tryHarder) {
      return null;
    }
  }
  const { default: jsQR } = await import("jsqr");
  return jsQR(image.data, image.width, image.height)?.data ?? null;
}

/** The code of a label in what was scanned or typed: the end of its address, or the code itself. Null for another code. */
export function labelCode(text: string): string | null {
  const found = /(?:\/q\/)?([2-9A-HJ-NP-Z]{8,10})\/?$/.exec(text.trim().toUpperCase());
  const address = /^https?:/i.test(text.trim());
  return found && (!address || /\/q\//i.test(text)) ? (found[1] ?? null) : null;
}
