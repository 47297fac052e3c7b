/** Which pictures are kept: lists of addresses, each in the order in which they are wanted and with so many bytes. Knows no browser. */

export interface Shelf {
  budget: number;
  /** The most wanted first. */
  addresses: string[];
}

/**
 * Fills the shelves: what is there already stays as long as there is room, what is lacking is fetched; after the first that does not
 * fit nothing of its shelf is kept. `fetch` gives the size of what it has kept, 0 for what cannot be had; what it throws ends it.
 * Gives what is to stay. `told` hears how many are left to be looked at.
 */
export async function fill(
  shelves: readonly Shelf[],
  sizes: ReadonlyMap<string, number>,
  fetch: (address: string) => Promise<number>,
  told: (left: number) => void = () => undefined,
): Promise<Set<string>> {
  const staying = new Set<string>();
  let left = shelves.flatMap(({ addresses }) => addresses).filter((address) => !sizes.has(address)).length;
  for (const { budget, addresses } of shelves) {
    let room = budget;
    for (const [place, address] of addresses.entries()) {
      told(left);
      const known = sizes.get(address);
      room -= known ?? (await fetch(address));
      if (room < 0) {
        left -= addresses.slice(place).filter((each) => !sizes.has(each)).length;
        break;
      }
      left -= known === undefined ? 1 : 0;
      staying.add(address);
    }
  }
  told(0);
  return staying;
}
