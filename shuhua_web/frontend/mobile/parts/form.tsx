/** A form from a schema: one part for each kind of member, large enough for a thumb. */
import { defineComponent, type VNodeChild } from "vue";
import { label, language, t } from "../i18n";
import type { Json, JsonObject } from "../queue/types";
import { asLocalInput, fromLocalInput } from "./format";
import { Icon } from "./icon";
import { Photos } from "./photos";
import { ScanField } from "./scan-field";
import { Position } from "./position";
import type { Member } from "./schema";
import { Signature } from "./signature";
import { offered } from "../store/choices";

export interface Person {
  id: number;
  name: string;
  unit?: string;
}

/** What stands as a code on a part or on a piece's plate. */
const SCANNED = new Set(["old_number", "new_number", "serial"]);

interface Props {
  asked: Member[];
  values: JsonObject;
  errors: Record<string, string>;
  /** Where distances are measured from. */
  target?: { longitude: number; latitude: number } | null;
  people?: Person[];
  /** The type of the piece that it is about: words that fit others only are left out. */
  about?: string | null;
  /** Before the names of members in ids: a form within a form. */
  prefix?: string;
  onChange: (name: string, value: Json) => void;
}

/** Choices that are shown side by side. */
const FEW = 8;

export const Form = defineComponent(
  (props: Props) => {
    const set = (name: string) => (value: Json) => props.onChange(name, value);
    const id = (asked: Member): string => `${props.prefix ?? "field"}-${asked.name}`;

    function choices(asked: Member, value: Json, options: [value: Json, text: string][]): VNodeChild {
      return (
        <div class="choices" role="radiogroup" aria-labelledby={`${id(asked)}-label`}>
          {options.map(([option, text]) => (
            <label class={["choice", { chosen: value === option }]} key={String(option)}>
              <input
                type="radio"
                name={id(asked)}
                value={String(option)}
                checked={value === option}
                onChange={() => props.onChange(asked.name, option)}
              />
              <span>{text}</span>
            </label>
          ))}
        </div>
      );
    }

    /** Words of a list that the office keeps, else the schema's own. */
    function options(asked: Member, value: Json): [value: string, text: string][] {
      if (asked.list !== null) {
        return offered(asked.list, props.about ?? null, value).map((each) => [each.code, each[language.now]]);
      }
      return asked.choices.map((each) => [each, label(asked.name, each)]);
    }

    /** Buttons for a thumb while they are few, the phone's own list for many. */
    function many(asked: Member, value: Json, found: [value: string, text: string][]): VNodeChild {
      if (found.length <= FEW) {
        return choices(asked, value, found);
      }
      return (
        <select
          class="input"
          id={id(asked)}
          name={asked.name}
          aria-labelledby={`${id(asked)}-label`}
          aria-invalid={Boolean(props.errors[asked.name])}
          aria-describedby={`${id(asked)}-error`}
          onChange={(event: Event) => props.onChange(asked.name, (event.target as HTMLSelectElement).value || null)}
        >
          <option value="" selected={value === null}>{t("choose")}</option>
          {found.map(([code, text]) => <option key={code} value={code} selected={value === code}>{text}</option>)}
        </select>
      );
    }

    function input(asked: Member, type: string, value: string, read: (text: string) => Json): VNodeChild {
      return (
        <input
          class="input"
          id={id(asked)}
          name={asked.name}
          type={type}
          value={value}
          {...(asked.most > 0 && type === "text" ? { maxlength: asked.most } : {})}
          {...(type === "number" ? { inputmode: "decimal", step: "any" } : {})}
          aria-invalid={Boolean(props.errors[asked.name])}
          aria-describedby={`${id(asked)}-error`}
          onInput={(event: Event) => props.onChange(asked.name, read((event.target as HTMLInputElement).value))}
        />
      );
    }

    function control(asked: Member): VNodeChild {
      const value = props.values[asked.name] ?? null;
      switch (asked.kind) {
        case "choice":
          return many(asked, value, options(asked, value));
        case "boolean":
          return choices(asked, value, [[true, t("yes")], [false, t("no")]]);
        case "score":
          return choices(asked, value, [5, 4, 3, 2, 1].map((each) => [each, String(each)]));
        case "person":
          return choices(asked, value, (props.people ?? []).map((each) => [each.id, each.unit ? `${each.name}（${each.unit}）` : each.name]));
        case "position":
          return <Position value={value as JsonObject | null} target={props.target ?? null} onChange={set(asked.name)} />;
        case "files":
          return <Photos label={asked.name} value={value} most={asked.most || 9} still={asked.name !== "media_ids"} onChange={set(asked.name)} />;
        case "file":
          return <Photos label={asked.name} value={value === null ? [] : [value]} most={1} still onChange={(found: Json) => props.onChange(asked.name, (found as Json[])[0] ?? null)} />;
        case "signature":
          return <Signature value={value} onChange={set(asked.name)} />;
        case "rows":
          return rows(asked, (value ?? []) as JsonObject[]);
        case "moment":
          return input(asked, "datetime-local", asLocalInput(value as string | null), fromLocalInput);
        case "date":
          return input(asked, "date", String(value ?? ""), (text) => text || null);
        case "number":
          return input(asked, "number", String(value ?? ""), (text) => (text === "" ? null : Number(text)));
        case "long":
          return (
            <textarea
              class="input"
              id={id(asked)}
              name={asked.name}
              rows={3}
              maxlength={asked.most || undefined}
              value={String(value ?? "")}
              aria-invalid={Boolean(props.errors[asked.name])}
              aria-describedby={`${id(asked)}-error`}
              onInput={(event: Event) => props.onChange(asked.name, (event.target as HTMLTextAreaElement).value)}
            />
          );
        default: {
          const typed = input(asked, "text", String(value ?? ""), (text) => text);
          return SCANNED.has(asked.name) ? (
            <ScanField label={label("field", asked.name, asked.title)} onCode={(text) => props.onChange(asked.name, text.slice(0, asked.most || 60))}>{typed}</ScanField>
          ) : typed;
        }
      }
    }

    function rows(asked: Member, values: JsonObject[]): VNodeChild {
      const change = (index: number, name: string, value: Json): void => {
        props.onChange(asked.name, values.map((row, at) => (at === index ? { ...row, [name]: value } : row)));
      };
      return (
        <div class="rows">
          {values.map((row, index) => (
            <fieldset class="row-fields" key={index}>
              <legend>{`${label("field", asked.name, asked.title)} ${index + 1}`}</legend>
              <button
                type="button"
                class="row-remove"
                aria-label={t("remove")}
                onClick={() => props.onChange(asked.name, values.filter((_row, at) => at !== index))}
              >
                <Icon name="trash" />
              </button>
              <Form
                asked={asked.members}
                values={row}
                errors={{}}
                prefix={`${id(asked)}-${index}`}
                onChange={(name: string, value: Json) => change(index, name, value)}
              />
            </fieldset>
          ))}
          <button type="button" class="small-button" onClick={() => props.onChange(asked.name, [...values, {}])}>
            <Icon name="plus" /> {t("add_row")}
          </button>
        </div>
      );
    }

    const LABELLED = new Set(["text", "long", "number", "moment", "date"]);

    return () => (
      <div class="form">
        {props.asked
          .filter((asked) => asked.kind !== "hidden")
          .map((asked) => {
            // Where photos from before are asked for apart, the others are those from after.
            const after = asked.name === "media_ids" && props.asked.some((each) => each.name === "before_media_ids");
            const text = label("field", after ? "after_media_ids" : asked.name, asked.title);
            const mark = asked.required ? <span class="required" aria-hidden="true">*</span> : null;
            return (
              <div class={["field", `field-${asked.kind}`]} key={asked.name} data-field={asked.name}>
                {LABELLED.has(asked.kind) ? (
                  <label class="field-label" for={id(asked)} id={`${id(asked)}-label`}>{[text, mark]}</label>
                ) : (
                  <span class="field-label" id={`${id(asked)}-label`}>{[text, mark]}</span>
                )}
                {control(asked)}
                <p class="field-error" id={`${id(asked)}-error`} role="alert">{props.errors[asked.name] ?? ""}</p>
              </div>
            );
          })}
      </div>
    );
  },
  { props: ["asked", "values", "errors", "target", "people", "about", "prefix", "onChange"], name: "Form" },
);
