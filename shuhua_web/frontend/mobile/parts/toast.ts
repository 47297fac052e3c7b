/** A word about what was just done: at the foot of the screen for a moment, read out, and in nobody's way. */
const SHOWN = 2500;
let timer: ReturnType<typeof setTimeout> | undefined;

/** The place where it is read out is there before the word is, else nothing would be said. */
const place = document.createElement("div");
place.className = "toast";
place.setAttribute("role", "status");
document.body.append(place);

export function showToast(text: string): void {
  clearTimeout(timer);
  place.textContent = text;
  timer = setTimeout(() => {
    place.textContent = "";
  }, SHOWN);
}
