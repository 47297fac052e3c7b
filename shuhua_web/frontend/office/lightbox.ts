/** Shows the photos of a record large, one after the other, without leaving the page. */
import { make } from "./dom";
import { texts } from "./texts";

/** Lets the links `a[data-picture]` in `gallery` open in a dialog; with Ctrl or the middle button they stay links. */
export function showLightbox(gallery: HTMLElement): void {
  gallery.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-picture]") : null;
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (link && plain) {
      event.preventDefault();
      const links = [...gallery.querySelectorAll<HTMLAnchorElement>("a[data-picture]")];
      open(links, links.indexOf(link));
    }
  });
}

function open(links: HTMLAnchorElement[], first: number): void {
  const image = make("img", { alt: "" });
  const caption = make("p");
  const close = make("button", { type: "button", class: "lightbox-close", "aria-label": texts.close }, "×");
  const previous = make("button", { type: "button", class: "lightbox-previous", "aria-label": texts.previous_picture }, "‹");
  const next = make("button", { type: "button", class: "lightbox-next", "aria-label": texts.next_picture }, "›");
  const dialog = make("dialog", { class: "lightbox" }, close, previous, image, next, caption);
  let shown = first;

  const show = (index: number): void => {
    const link = links[index];
    if (!link) {
      return;
    }
    shown = index;
    const text = link.querySelector("img")?.alt ?? "";
    image.src = link.href;
    image.alt = text;
    caption.textContent = text;
    dialog.setAttribute("aria-label", text);
    previous.hidden = index === 0;
    next.hidden = index === links.length - 1;
  };

  close.addEventListener("click", () => dialog.close());
  previous.addEventListener("click", () => show(shown - 1));
  next.addEventListener("click", () => show(shown + 1));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) {
      dialog.close();
    }
  });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      show(shown + step);
    }
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  show(first);
  dialog.showModal();
}
