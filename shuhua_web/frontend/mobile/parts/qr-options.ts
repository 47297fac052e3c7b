/** How codes are looked for: quickly in the camera's stream, thoroughly in a photo. */
import type { ReaderOptions } from "zxing-wasm/reader";

export const STREAM: ReaderOptions = { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: false };
export const PHOTO: ReaderOptions = {
  formats: ["QRCode"],
  maxNumberOfSymbols: 1,
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
};

/** What makers print on parts and plates. */
export const ANY: ReaderOptions["formats"] = ["QRCode", "DataMatrix", "Code128", "Code39", "EAN13", "ITF"];

/** Longest sides at which a photo is looked at, one after the other: smaller helps with blurred and very near codes. */
export const SIDES = [2000, 1000, 500];
