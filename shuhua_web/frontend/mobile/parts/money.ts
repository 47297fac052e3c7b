/** Amounts as decimals: exact sums of what was typed, rounded to the fen as the server does. No floating point comes near them. */

const DECIMAL = /^(\d+)(?:\.(\d{1,2}))?$/;
/** Hundredths in one, and the hundredth of a hundredth that a product of two has. */
const HUNDRED = 100n;

/** What was typed with the marks of an amount that people write; digits of a Chinese keyboard count as digits. */
export function tidied(typed: string): string {
  return typed
    .replace(/[０-９．。]/g, (mark) => (mark === "．" || mark === "。" ? "." : String.fromCharCode(mark.charCodeAt(0) - 0xfee0)))
    .replace(/[\s,，¥￥元]/g, "");
}

/** Hundredths of a decimal with at most two places; null where it is none. */
export function hundredths(text: string): bigint | null {
  const found = DECIMAL.exec(tidied(text));
  return found ? BigInt(found[1] ?? "0") * HUNDRED + BigInt((found[2] ?? "").padEnd(2, "0")) : null;
}

/** Quantity times price in fen, half up; null where one of them is no number yet. */
export function lineFen(quantity: string, price: string): bigint | null {
  const [count, each] = [hundredths(quantity), hundredths(price)];
  return count === null || each === null ? null : (count * each + HUNDRED / 2n) / HUNDRED;
}

/** `128050n` as `1280.50`. */
export const yuan = (fen: bigint): string => `${fen / HUNDRED}.${String(fen % HUNDRED).padStart(2, "0")}`;
