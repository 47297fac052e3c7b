/**
 * Datums. Positions are WGS-84 everywhere; a basemap of another datum gets the points moved onto it, and gives them back.
 * GCJ-02 shifts positions within mainland China only, by the published approximation.
 */
import type { Position } from "../outline";

export type Datum = "wgs84" | "gcj02" | "bd09";

const AXIS = 6378245;
const ECCENTRICITY = 0.006693421622965943;

/** A WGS-84 position as the basemap's datum has it. */
export function toDatum(position: Position, datum: Datum): Position {
  if (datum === "wgs84") {
    return position;
  }
  const gcj = inMainland(position) ? shifted(position) : position;
  return datum === "gcj02" ? gcj : gcjToBaidu(gcj);
}

/** The way back, good to less than a metre: the shift changes so slowly that four steps suffice. */
export function fromDatum(position: Position, datum: Datum): Position {
  let guess = position;
  for (let step = 0; step < 4; step += 1) {
    const [x, y] = toDatum(guess, datum);
    guess = [guess[0] + position[0] - x, guess[1] + position[1] - y];
  }
  return guess;
}

/** A coarse outline, as everybody who uses GCJ-02 has it: Hong Kong and Macao share the shift, Taiwan does not. */
function inMainland([longitude, latitude]: Position): boolean {
  const inBox = longitude > 73.66 && longitude < 135.05 && latitude > 3.86 && latitude < 53.55;
  const inTaiwan = longitude > 119.3 && longitude < 124.6 && latitude > 20.7 && latitude < 25.5;
  return inBox && !inTaiwan;
}

function shifted([longitude, latitude]: Position): Position {
  const x = longitude - 105;
  const y = latitude - 35;
  const radians = (latitude / 180) * Math.PI;
  const magic = 1 - ECCENTRICITY * Math.sin(radians) ** 2;
  const north = (latitudeShift(x, y) * 180) / (((AXIS * (1 - ECCENTRICITY)) / magic ** 1.5) * Math.PI);
  const east = (longitudeShift(x, y) * 180) / ((AXIS / Math.sqrt(magic)) * Math.cos(radians) * Math.PI);
  return [longitude + east, latitude + north];
}

function wave(value: number, parts: [factor: number, divisor: number][]): number {
  return parts.reduce((sum, [factor, divisor]) => sum + factor * Math.sin((value * Math.PI) / divisor), 0);
}

function latitudeShift(x: number, y: number): number {
  const base = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x));
  const waves = wave(x, [[20, 1 / 6], [20, 0.5]]) + wave(y, [[20, 1], [40, 3]]) + wave(y, [[160, 12], [320, 30]]);
  return base + (waves * 2) / 3;
}

function longitudeShift(x: number, y: number): number {
  const base = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x));
  const waves = wave(x, [[20, 1 / 6], [20, 0.5]]) + wave(x, [[20, 1], [40, 3]]) + wave(x, [[150, 12], [300, 30]]);
  return base + (waves * 2) / 3;
}

function gcjToBaidu([x, y]: Position): Position {
  const turn = (Math.PI * 3000) / 180;
  const distance = Math.hypot(x, y) + 0.00002 * Math.sin(y * turn);
  const angle = Math.atan2(y, x) + 0.000003 * Math.cos(x * turn);
  return [distance * Math.cos(angle) + 0.0065, distance * Math.sin(angle) + 0.006];
}
