/** Small helps of the public pages, which work without it: drafts of what was typed, and the phone's position. */
import "./public.css";

const PREFIX = "shuhua-draft:";
const KEPT = ["fault", "symptom", "caller_name", "caller_phone"];
const LONGEST_DRAFT = 7 * 24 * 3600 * 1000;

function stored(key: string): Record<string, string> {
  try {
    const found = JSON.parse(localStorage.getItem(PREFIX + key) ?? "{}") as Record<string, string>;
    return Date.now() - Number(found["at"] ?? 0) < LONGEST_DRAFT ? found : {};
  } catch {
    return {};
  }
}

function store(key: string, values: Record<string, string> | null): void {
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

/** Fills empty fields from the draft of this page, and keeps what is typed from now on. */
function keepDraft(form: HTMLFormElement): void {
  const key = form.dataset["draft"] ?? "";
  const draft = stored(key);
  let filled = false;
  for (const name of KEPT) {
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
    store(key, Object.fromEntries(KEPT.map((name) => [name, String(data.get(name) ?? "")])));
  });
}

function position(): Promise<GeolocationPosition> {
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(resolve, reject, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
  });
}

/** A button that puts the phone's position into the hidden fields of its form. */
function offerPosition(box: HTMLElement): void {
  const button = box.querySelector("button");
  const status = box.querySelector<HTMLElement>("[role=status]");
  const form = box.closest("form");
  if (!("geolocation" in navigator) || !button || !status || !form) {
    return;
  }
  box.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const { coords } = await position();
      for (const [name, value] of Object.entries({ longitude: coords.longitude, latitude: coords.latitude, accuracy: coords.accuracy })) {
        (form.elements.namedItem(name) as HTMLInputElement).value = value.toFixed(6);
      }
      status.textContent = `${status.dataset["found"] ?? ""} (±${Math.round(coords.accuracy)} m)`;
    } catch {
      status.textContent = status.dataset["failed"] ?? "";
    }
    button.disabled = false;
  });
}

/** A button that asks for the sites around the phone. */
function offerNearby(box: HTMLElement): void {
  const button = box.querySelector("button");
  const status = box.querySelector<HTMLElement>("[role=status]");
  if (!("geolocation" in navigator) || !button || !status) {
    return;
  }
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const { coords } = await position();
      location.assign(`${box.dataset["near"] ?? "/q/"}?near=${coords.longitude.toFixed(5)},${coords.latitude.toFixed(5)}`);
    } catch {
      status.textContent = status.dataset["failed"] ?? "";
      button.disabled = false;
    }
  });
}

/** Sending pictures over a weak line takes a while: the button says so, and is not pressed twice. */
function tellSending(form: HTMLFormElement): void {
  const busy = document.querySelector<HTMLElement>("main")?.dataset["busy"] ?? "";
  const button = form.querySelector<HTMLButtonElement>("button[type=submit], button:not([type])");
  const words = button?.textContent ?? "";
  const show = (sending: boolean): void => {
    button?.setAttribute("aria-disabled", String(sending));
    if (button) {
      button.textContent = sending ? busy : words;
    }
  };
  form.addEventListener("submit", (event) => {
    if (button?.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      return;
    }
    show(true);
  });
  // Coming back to the page by the browser's arrow, it can be sent again.
  addEventListener("pageshow", () => show(false));
}

document.querySelectorAll<HTMLFormElement>("main form[method=post]").forEach(tellSending);
document.querySelectorAll<HTMLFormElement>("form[data-draft]").forEach(keepDraft);
document.querySelectorAll<HTMLElement>("[data-locate]").forEach(offerPosition);
document.querySelectorAll<HTMLElement>("[data-near]").forEach(offerNearby);
document.querySelectorAll<HTMLElement>("[data-draft-done]").forEach((done) => store(done.dataset["draftDone"] ?? "", null));
document.querySelectorAll<HTMLInputElement>("input.link").forEach((link) => link.addEventListener("focus", () => link.select()));
