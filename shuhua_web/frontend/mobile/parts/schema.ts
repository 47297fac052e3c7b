/** Forms from the JSON schemas of the API: what each member asks for, and what is missing before it is sent. */
import { t } from "../i18n";
import type { Json, JsonObject } from "../queue/types";

export interface Member {
  name: string;
  kind:
    | "text" | "long" | "number" | "boolean" | "choice" | "moment" | "date" | "score" | "position" | "files" | "file" | "signature"
    | "person" | "rows" | "hidden";
  title: string;
  required: boolean;
  most: number;
  least: number;
  pattern: string | null;
  choices: string[];
  /** The choice list that has the words, where the office keeps them. */
  list: string | null;
  members: Member[];
}

type Schema = { [name: string]: Json };

/** Filled by the app itself, or chosen by search in the office, where the phone takes a label or what is known already. */
const HIDDEN = new Set(["captured_at", "site_id", "replacement_id"]);

/** The members of an object's schema, in its order. */
export function members(schema: JsonObject): Member[] {
  const properties = (schema["properties"] ?? {}) as Record<string, Schema>;
  const required = new Set((schema["required"] ?? []) as string[]);
  return Object.entries(properties).map(([name, each]) => member(name, each, required.has(name)));
}

function member(name: string, schema: Schema, required: boolean): Member {
  const type = Array.isArray(schema["type"]) ? schema["type"].find((each) => each !== "null") : schema["type"];
  const items = (schema["items"] ?? {}) as Schema;
  const kind = kindOf(name, String(type), schema, items);
  return {
    name,
    kind,
    title: String(schema["title"] ?? name),
    required,
    most: Number(schema["maxLength"] ?? schema["maxItems"] ?? schema["maximum"] ?? 0),
    least: Number(schema["minLength"] ?? schema["minItems"] ?? schema["minimum"] ?? 0),
    pattern: typeof schema["pattern"] === "string" ? schema["pattern"] : null,
    choices: ((schema["enum"] ?? []) as Json[]).filter((each): each is string => typeof each === "string"),
    list: typeof schema["x-choices"] === "string" ? schema["x-choices"] : null,
    members: kind === "rows" ? members(items) : [],
  };
}

function kindOf(name: string, type: string, schema: Schema, items: Schema): Member["kind"] {
  if (HIDDEN.has(name)) {
    return "hidden";
  }
  if (name === "position") {
    return "position";
  }
  if (name.includes("signature")) {
    return "signature";
  }
  if (name.endsWith("media_ids")) {
    return "files";
  }
  if (name.endsWith("media_id")) {
    return "file";
  }
  if (name === "repairer_id") {
    return "person";
  }
  if (schema["enum"] || schema["x-choices"]) {
    return "choice";
  }
  if (type === "array") {
    return items["type"] === "object" ? "rows" : "hidden";
  }
  if (type === "boolean") {
    return "boolean";
  }
  if (type === "integer" || type === "number") {
    return schema["minimum"] === 1 && schema["maximum"] === 5 ? "score" : "number";
  }
  if (schema["format"] === "date-time") {
    return "moment";
  }
  if (schema["format"] === "date") {
    return "date";
  }
  return Number(schema["maxLength"] ?? 0) > 200 ? "long" : "text";
}

/** What stands in the way of sending, by member. The server checks everything again. */
export function complaints(asked: Member[], values: JsonObject): Record<string, string> {
  const found: Record<string, string> = {};
  for (const each of asked) {
    const said = complaint(each, values[each.name] ?? null);
    if (said) {
      found[each.name] = said;
    }
  }
  // What has a code and words beside it is told by one of them.
  for (const { name } of asked) {
    const words = name.replace(/_code$/, "");
    if (words !== name && !values[name] && !String(values[words] ?? "").trim() && asked.some((each) => each.name === words)) {
      found[name] = t("required");
    }
  }
  return found;
}

function complaint(asked: Member, value: Json): string | null {
  const empty = value === null || value === "" || (Array.isArray(value) && value.length === 0);
  if (empty) {
    return asked.required ? t("required") : null;
  }
  if (typeof value === "string" && (asked.kind === "text" || asked.kind === "long")) {
    if (value.trim().length < asked.least) {
      return t("too_short", { n: asked.least });
    }
    if (asked.most > 0 && value.length > asked.most) {
      return t("too_long", { n: asked.most });
    }
  }
  if (asked.kind === "rows" && Array.isArray(value)) {
    const wrong = (value as JsonObject[]).find((row) => Object.keys(complaints(asked.members, row)).length > 0);
    return wrong ? Object.values(complaints(asked.members, wrong))[0] ?? null : null;
  }
  return null;
}

/** The body to send: nothing empty, and when it was done, which is not when it arrives. */
export function body(asked: Member[], values: JsonObject, at: Date): JsonObject {
  const sent: JsonObject = {};
  for (const { name, kind, members: inner } of asked) {
    const value = values[name] ?? null;
    if (name === "captured_at") {
      sent[name] = at.toISOString();
    } else if (kind === "rows" && Array.isArray(value)) {
      sent[name] = (value as JsonObject[]).map((row) => body(inner, row, at));
    } else if (value !== null && value !== "" && !(Array.isArray(value) && value.length === 0)) {
      sent[name] = value;
    }
  }
  return sent;
}
