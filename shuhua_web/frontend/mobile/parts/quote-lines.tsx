/** The lines of a quotation while it is written: what, how many, at what price, and what that comes to. */
import { defineComponent } from "vue";
import { label, t } from "../i18n";
import { Icon } from "./icon";
import { hundredths, lineFen, tidied, yuan } from "./money";
import type { WrittenLine } from "./quoted";

export const KINDS = ["labour", "part", "travel", "other"];
export const MOST_LINES = 30;
const LONGEST = 200;
const LARGEST_PRICE = 10_000_000_00n;
const LARGEST_QUANTITY = 10_000_00n;

export const blank = (kind = "labour"): WrittenLine => ({ kind, text: "", quantity: "1", unit_price: "" });

/** Whether anything was said: a line that only stands there is not sent. */
export const isSaid = (line: WrittenLine): boolean => line.text.trim() !== "" || line.unit_price.trim() !== "";

/** What is wrong with the lines that say anything, by `0.unit_price`. */
export function wrongIn(lines: readonly WrittenLine[]): Record<string, string> {
  const found: Record<string, string> = {};
  lines.forEach((line, place) => {
    if (!isSaid(line)) {
      return;
    }
    const [quantity, price] = [hundredths(line.quantity), hundredths(line.unit_price)];
    if (line.text.trim() === "") {
      found[`${place}.text`] = t("required");
    }
    if (quantity === null || quantity === 0n || quantity >= LARGEST_QUANTITY) {
      found[`${place}.quantity`] = t("no_quantity");
    }
    if (price === null) {
      found[`${place}.unit_price`] = t("no_amount");
    } else if (price >= LARGEST_PRICE) {
      found[`${place}.unit_price`] = t("most_amount");
    }
  });
  return found;
}

/** As the server takes them: amounts without the marks that people write. */
export const sendable = (lines: readonly WrittenLine[]): WrittenLine[] =>
  lines.filter(isSaid).map((line) => ({
    ...line,
    text: line.text.trim(),
    quantity: tidied(line.quantity),
    unit_price: tidied(line.unit_price),
  }));

interface Props {
  lines: WrittenLine[];
  errors: Record<string, string>;
  /** What was charged before: offered while the words are typed. */
  before: WrittenLine[];
  onChange: (lines: WrittenLine[]) => void;
}

export const QuoteLines = defineComponent(
  (props: Props) => {
    const change = (place: number, more: Partial<WrittenLine>): void =>
      props.onChange(props.lines.map((line, at) => (at === place ? { ...line, ...more } : line)));

    /** Words that were charged before bring their price along, where none was typed. */
    function say(place: number, text: string): void {
      const known = props.before.find((line) => line.text === text);
      const priced = known && !props.lines[place]?.unit_price.trim() ? { kind: known.kind, unit_price: known.unit_price } : {};
      change(place, { text, ...priced });
    }

    function input(place: number, name: "text" | "quantity" | "unit_price", value: string, title: string, write: (text: string) => void) {
      const id = `line-${place}-${name}`;
      const error = props.errors[`${place}.${name}`] ?? "";
      return (
        <div class={`quote-${name}`}>
          <label class="field-label" for={id}>{title}</label>
          <input
            class="input"
            id={id}
            name={`${name}-${place}`}
            type="text"
            autocomplete="off"
            value={value}
            {...(name === "text" ? { maxlength: LONGEST, list: "charged-before" } : { inputmode: "decimal", maxlength: 12 })}
            aria-invalid={error !== ""}
            aria-describedby={`${id}-error`}
            onInput={(event: Event) => write((event.target as HTMLInputElement).value)}
          />
          <p class="field-error" id={`${id}-error`} role="alert">{error}</p>
        </div>
      );
    }

    const one = (line: WrittenLine, place: number) => {
      const fen = lineFen(line.quantity, line.unit_price);
      return (
        <fieldset class="row-fields quote-line" key={place} data-line={place}>
          <legend>{t("line", { n: place + 1 })}</legend>
          {props.lines.length > 1 ? (
            <button
              type="button"
              class="row-remove"
              aria-label={`${t("remove")} ${place + 1}`}
              onClick={() => props.onChange(props.lines.filter((_line, at) => at !== place))}
            >
              <Icon name="trash" />
            </button>
          ) : null}
          <div class="choices" role="radiogroup" aria-label={label("field", "kind")}>
            {KINDS.map((kind) => (
              <label class={["choice", { chosen: line.kind === kind }]} key={kind}>
                <input type="radio" name={`kind-${place}`} value={kind} checked={line.kind === kind} onChange={() => change(place, { kind })} />
                <span>{label("line", kind)}</span>
              </label>
            ))}
          </div>
          {input(place, "text", line.text, label("field", "line_text"), (text) => say(place, text))}
          <div class="quote-figures">
            {input(place, "quantity", line.quantity, label("field", "quantity"), (quantity) => change(place, { quantity }))}
            {input(place, "unit_price", line.unit_price, label("field", "unit_price"), (unit_price) => change(place, { unit_price }))}
          </div>
          <p class="quote-amount">{t("amount")} <strong>{fen === null ? "–" : `¥${yuan(fen)}`}</strong></p>
        </fieldset>
      );
    };

    return () => (
      <div class="rows">
        <datalist id="charged-before">{props.before.map((line) => <option key={line.text} value={line.text}>{`¥${line.unit_price}`}</option>)}</datalist>
        {props.lines.map(one)}
        {props.lines.length < MOST_LINES ? (
          <button type="button" class="small-button" onClick={() => props.onChange([...props.lines, blank("part")])}>
            <Icon name="plus" /> {t("add_line")}
          </button>
        ) : (
          <p class="card-text">{t("most_lines", { n: MOST_LINES })}</p>
        )}
      </div>
    );
  },
  { props: ["lines", "errors", "before", "onChange"] },
);
