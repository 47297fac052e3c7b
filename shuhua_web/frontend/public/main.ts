/** Small helps of the public pages, which work without it: drafts of what was typed, and the phone's position. */
import { forget, keepDraft } from "./drafts";
import "./public.css";
import { sendWithProgress } from "./sending";

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

/** What script adds to the page, and to what comes back in its place. */
function enhance(main: ParentNode): void {
  const forms = [...main.querySelectorAll<HTMLFormElement>("form[method=post]")];
  for (const form of forms.filter((each) => each.querySelector("textarea, select, input:not([type=hidden])"))) {
    keepDraft(form);
    sendWithProgress(form, enhance);
  }
  main.querySelectorAll<HTMLElement>("[data-locate]").forEach(offerPosition);
  main.querySelectorAll<HTMLElement>("[data-near]").forEach(offerNearby);
  main.querySelectorAll<HTMLElement>("[data-draft-done]").forEach((done) => forget(done.dataset["draftDone"] ?? ""));
  main.querySelectorAll<HTMLInputElement>("input.link").forEach((link) => link.addEventListener("focus", () => link.select()));
}

document.querySelectorAll("main").forEach(enhance);
