/** The phone app's icon as PNG files, drawn from a few rectangles and circles: a dumbbell on our blue. */
import { deflateSync } from "node:zlib";

type Colour = [red: number, green: number, blue: number];

const BLUE: Colour = [11, 92, 171];
const WHITE: Colour = [255, 255, 255];
const SAMPLES = 4;

/** Name -> file. The maskable one keeps within the circle that phones cut out. */
export function appIcons(): [name: string, file: Buffer][] {
  return [
    ["icon-180.png", png(180, drawing(1, false))],
    ["icon-192.png", png(192, drawing(1, true))],
    ["icon-512.png", png(512, drawing(1, true))],
    ["icon-512-maskable.png", png(512, drawing(0.72, false))],
  ];
}

/** Colour and cover (0 or 1) at a point of the unit square. */
type Drawing = (x: number, y: number) => [Colour, number];

function drawing(scale: number, rounded: boolean): Drawing {
  return (x, y) => {
    const inside = !rounded || inRounded(x, y, 0, 0, 1, 1, 0.2);
    const [across, down] = [(x - 0.5) / scale, (y - 0.5) / scale];
    // Turned by a quarter of a right angle, as a dumbbell lies in a hand.
    const [u, v] = [across * 0.924 + down * 0.383 + 0.5, down * 0.924 - across * 0.383 + 0.5];
    const bar = inRounded(u, v, 0.2, 0.46, 0.8, 0.54, 0.03);
    const inner = inRounded(u, v, 0.26, 0.28, 0.36, 0.72, 0.03) || inRounded(u, v, 0.64, 0.28, 0.74, 0.72, 0.03);
    const outer = inRounded(u, v, 0.15, 0.36, 0.23, 0.64, 0.03) || inRounded(u, v, 0.77, 0.36, 0.85, 0.64, 0.03);
    return [bar || inner || outer ? WHITE : BLUE, inside ? 1 : 0];
  };
}

function inRounded(x: number, y: number, left: number, top: number, right: number, bottom: number, radius: number): boolean {
  const dx = Math.max(left + radius - x, x - (right - radius), 0);
  const dy = Math.max(top + radius - y, y - (bottom - radius), 0);
  return Math.hypot(dx, dy) <= radius;
}

function png(size: number, draw: Drawing): Buffer {
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      rows.set(pixel(draw, x, y, size), y * (size * 4 + 1) + 1 + x * 4);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

function pixel(draw: Drawing, x: number, y: number, size: number): number[] {
  const sum = [0, 0, 0, 0];
  for (let i = 0; i < SAMPLES * SAMPLES; i += 1) {
    const at = (pixelAt: number, part: number): number => (pixelAt + (part + 0.5) / SAMPLES) / size;
    const [colour, cover] = draw(at(x, i % SAMPLES), at(y, Math.floor(i / SAMPLES)));
    [...colour, 255].forEach((value, index) => {
      sum[index] = (sum[index] ?? 0) + value * (index < 3 ? 1 : cover);
    });
  }
  return sum.map((value) => Math.round(value / SAMPLES ** 2));
}

function chunk(name: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(name, "ascii"), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(checksum(body));
  return Buffer.concat([length, body, sum]);
}

function checksum(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}
