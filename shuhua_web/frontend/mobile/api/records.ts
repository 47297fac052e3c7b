/** Records as the API gives them; only what the screens read. */
import type { Action } from "../queue/foresee";

export interface User {
  id: number;
  login: string;
  name: string;
  locale: string;
  roles: string[];
  permissions: string[];
  organisation_id: number | null;
  customer_id: number | null;
}

export interface Session {
  token: string;
  expires_at: string;
  user: User;
}

export interface Media {
  id: number;
  kind?: "photo" | "video" | "audio";
  content_type: string;
  state?: "processing" | "ready" | "refused";
  reason?: string | null;
  sha256: string;
  size: number;
  links: Record<string, string>;
}

export interface RequestOfTask {
  id: number;
  number: string;
  state: string;
  symptom: string;
  in_warranty?: boolean | null;
  address: string | null;
  longitude: number | null;
  latitude: number | null;
  caller_name: string | null;
  caller_phone: string | null;
  media: Media[];
}

/** What lists and whole records have in common. */
export interface Row {
  id: number;
  number?: string;
  state?: string;
  [name: string]: unknown;
}

export interface Task extends Row {
  number: string;
  state: string;
  state_label: string;
  version: number;
  overdue: boolean;
  symptom: string;
  severity: string;
  in_warranty: boolean | null;
  consent: string;
  check_asked: boolean;
  site_id: number | null;
  equipment_id: number | null;
  address: string | null;
  unit_id: number | null;
  repairer_id: number | null;
  direct: boolean;
  due_at: string;
  appointed_at: string | null;
  taken_at: string | null;
  completed_at: string | null;
  hold_reason: string | null;
  result: string | null;
  fault: string | null;
  cause_code: string | null;
  cause: string | null;
  remedy_code: string | null;
  remedy: string | null;
  requests: RequestOfTask[];
  media: Media[];
  actions: Action[];
}

export interface QuotationLine {
  kind: string;
  text: string;
  quantity: string;
  unit_price: string;
  amount: string;
}

export interface Quotation extends Row {
  number: string;
  state: string;
  version: number;
  task_id: number;
  repair_id: number;
  sent_at: string | null;
  total: string;
  valid_until: string | null;
  warranty_months: number | null;
  note: string | null;
  reason: string | null;
  lines: QuotationLine[];
  actions: Action[];
}

export interface Repair extends Row {
  number: string;
  /** The work that came of it, also what the phone does not keep any more. */
  tasks?: { id: number; number: string; state: string }[];
  state: string;
  state_label: string;
  symptom: string;
  actions: Action[];
}

export interface Site extends Row {
  number: string;
  name: string;
  address: string | null;
  longitude: number | null;
  latitude: number | null;
  state: string;
  pieces: number;
}

export interface Piece extends Row {
  number: string;
  name: string;
  state: string;
  model: string | null;
  model_id: number;
  serial: string | null;
  site: string | null;
  site_id: number | null;
  code: string | null;
  installed_on: string | null;
  warranty_to: string | null;
  warranty_why?: string;
  safe_life_to: string | null;
  safe_life_why?: string;
  media?: Media[];
  actions?: Action[];
}

/** Something that happened to a piece, or will. */
export interface LifeEntry {
  kind: string;
  label: string;
  on: string;
  at: string | null;
  state: string | null;
  who: string | null;
  note: string | null;
  details: string[];
  record: { kind: string; id: number; number: string } | null;
  ahead: boolean;
}

export interface Message extends Row {
  subject: string;
  body: string;
  record_kind: string;
  record_id: number;
  created_at: string;
  read_at: string | null;
}

export interface Article extends Row {
  title: string;
  summary: string;
  section_label: string;
  published_at: string | null;
  picture: Media | null;
  html?: string;
  pictures?: Media[];
}

export interface Step {
  id?: number;
  action: string;
  label?: string;
  at: string;
  who?: string | null;
  note?: string | null;
}
