/** What was typed into the forms of this page, kept on the phone for some days. */
const PREFIX = "shuhua-draft:";
const LONGEST_DRAFT = 7 * 24 * 3600 * 1000;
const TYPED = "textarea[name], select[name], input[type=text][name], input[type=tel][name], input[type=number][name], input[type=radio][name]";

type Values = Record<string, string>;

function stored(key: string): Values {
  try {
    const found = JSON.parse(localStorage.getItem(PREFIX + key) ?? "{}") as Values;
    return Date.now() - Number(found["at"] ?? 0) < LONGEST_DRAFT ? found : {};
  } catch {
    return {};
  }
}

function store(key: string, values: Values | null): void {
  try {
    if (values === null) {
      localStorage.removeItem(PREFIX + key);
    } else {
      localStorage.setItem(PREFIX + key, JSON.stringify({ ...values, at: String(Date.now()) }));
    }
  } catch {
    // Storage is full or forbidden: the page works without drafts.
  }
}

/** Names of what people type or choose; neither files nor a consent, which is given anew each time. */
const names = (form: HTMLFormElement): string[] => [
  ...new Set([...form.querySelectorAll<HTMLInputElement>(TYPED)].map((control) => control.name)),
];

const keyOf = (form: HTMLFormElement): string => form.dataset["draft"] ?? location.pathname;

export const forget = (key: string): void => store(key, null);
export const forgetForm = (form: HTMLFormElement): void => forget(keyOf(form));

/** Fills empty fields from the draft of this page, and keeps what is typed from now on. */
export function keepDraft(form: HTMLFormElement): void {
  const key = keyOf(form);
  const draft = stored(key);
  let filled = false;
  for (const name of names(form)) {
    const value = draft[name];
    const control = form.elements.namedItem(name);
    if (!value || control === null) {
      continue;
    }
    if (control instanceof RadioNodeList ? !control.value : !(control as HTMLInputElement).value) {
      (control as HTMLInputElement | RadioNodeList).value = value;
      filled = filled || name !== "fault";
    }
  }
  const more = form.querySelector<HTMLDetailsElement>("[data-more]");
  if (filled && more) {
    more.open = true;
  }
  form.addEventListener("input", () => {
    const data = new FormData(form);
    store(key, Object.fromEntries(names(form).map((name) => [name, String(data.get(name) ?? "")])));
  });
}
