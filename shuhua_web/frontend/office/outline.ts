/** Outlines of divisions in the compact form in which they travel, and how to read it. */

export type Position = [longitude: number, latitude: number];

/** A ring: where it starts, and either its steps in ECharts' encoding or, for a drawn marker, its positions. */
export type EncodedRing = [startX: number, startY: number, steps: string | Position[]];

export interface EncodedRegion {
  /** Division code of six digits. */
  id: string;
  name: string;
  /** Where its name is written. */
  centre: Position;
  polygons: EncodedRing[][];
}

export interface EncodedLayer {
  regions: EncodedRegion[];
}

const SCALE = 1024;

/**
 * The positions of a ring. Two characters are one step from the position before, longitude then latitude: the code less 64
 * is the step in 1024ths of a degree, its lowest bit the sign (zigzag).
 */
export function decodeRing([startX, startY, steps]: EncodedRing): Position[] {
  if (typeof steps !== "string") {
    return steps;
  }
  const positions: Position[] = [];
  let x = startX;
  let y = startY;
  for (let index = 0; index + 1 < steps.length; index += 2) {
    x += unzigzag(steps.charCodeAt(index) - 64);
    y += unzigzag(steps.charCodeAt(index + 1) - 64);
    positions.push([x / SCALE, y / SCALE]);
  }
  return positions;
}

function unzigzag(value: number): number {
  return (value >> 1) ^ -(value & 1);
}
