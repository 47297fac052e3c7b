/** Kinds of periods that figures are told of. */
export const PERIODS = ["week", "month", "quarter", "year"] as const;
