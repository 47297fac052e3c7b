/** How far the phone's clock is off, by the time that the server's answers carry. Deadlines go by the server's time alone. */
import { reactive } from "vue";
import { setSetting, setting } from "./database";

/** Seconds within which a clock counts as right: an answer takes a while, and its time is in whole seconds. */
const RIGHT = 120;

export const clock = reactive({ ahead: 0 });

/** The time by the server's clock, also without a network once an answer has told it. */
export const now = (): number => Date.now() - clock.ahead * 1000;

export const isWrong = (): boolean => Math.abs(clock.ahead) > RIGHT;

export async function restoreClock(): Promise<void> {
  clock.ahead = (await setting<number>("clock")) ?? 0;
}

/** Compares an answer's time with ours, halfway between asking and hearing. */
export function compare(date: string | null, asked: number): void {
  const theirs = Date.parse(date ?? "");
  if (Number.isNaN(theirs)) {
    return;
  }
  const ahead = Math.round((asked + Date.now()) / 2000 - theirs / 1000);
  if (Math.abs(ahead - clock.ahead) > 2) {
    clock.ahead = Math.abs(ahead) > RIGHT ? ahead : 0;
    void setSetting("clock", clock.ahead);
  }
}
