/**
 * What of the pictures is kept, over many made-up phones: never more than the budgets, the most wanted first, nothing fetched twice.
 *
 *     node budget_model.ts <phones> <seed>
 */
import assert from "node:assert/strict";
import { fill, type Shelf } from "../../../shuhua_web/frontend/mobile/store/budget.ts";

const [phones = "500", seed = "1"] = process.argv.slice(2);
let state = Number(seed);
/** A number below `most`; the same ones with the same seed. */
function dice(most: number): number {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((state / 2_147_483_648) * most);
}

for (let phone = 0; phone < Number(phones); phone += 1) {
  // The sizes that the server's pictures have; 0 is one that is gone there.
  const server = new Map(Array.from({ length: dice(30) }, (_none, each) => [`p${each}`, dice(5) === 0 ? 0 : 1 + dice(100)]));
  const all = [...server.keys()];
  const half = dice(all.length + 1);
  const shelves: Shelf[] = [
    { budget: dice(800), addresses: all.slice(0, half) },
    { budget: dice(800), addresses: all.slice(half) },
  ];
  const sizes = new Map(all.filter((each) => server.get(each) !== 0 && dice(2) === 0).map((each) => [each, server.get(each) ?? 0]));
  const fetched: string[] = [];
  let left = Infinity;
  const staying = await fill(
    shelves,
    sizes,
    async (address) => {
      fetched.push(address);
      return server.get(address) ?? 0;
    },
    (now) => {
      assert.ok(now <= left && now >= 0);
      left = now;
    },
  );
  assert.equal(left, 0);
  assert.equal(new Set(fetched).size, fetched.length);
  assert.ok(fetched.every((each) => !sizes.has(each)));
  for (const { budget, addresses } of shelves) {
    const kept = addresses.filter((each) => staying.has(each));
    const size = (each: string): number => server.get(each) ?? 0;
    assert.ok(kept.reduce((sum, each) => sum + size(each), 0) <= budget);
    // What stays is the beginning of the shelf, and the next one would not have fitted.
    assert.deepEqual(kept, addresses.slice(0, kept.length));
    const next = addresses[kept.length];
    assert.ok(next === undefined || kept.reduce((sum, each) => sum + size(each), 0) + size(next) > budget);
  }
}

// A line that breaks ends it, so that what is there stays for the next time.
await assert.rejects(
  fill([{ budget: 10, addresses: ["a"] }], new Map(), () => Promise.reject(new Error("unreachable"))),
  /unreachable/,
);
console.log(`${phones} phones`);
