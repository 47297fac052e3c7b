/** Opens a record beside its list, so that the list keeps its place; with Ctrl or the middle button in a new tab. */
import Offcanvas from "bootstrap/js/dist/offcanvas";
import htmx from "htmx.org";

/**
 * `<a href="/tasks/1" data-beside>` loads that page's `[data-record]` part into `#beside-body` and opens the panel
 * `#beside` (a Bootstrap offcanvas that the layout carries). Without such a panel it stays a plain link.
 */
export function startRecords(): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-beside]") : null;
    const panel = document.getElementById("beside");
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !panel || !plain || event.defaultPrevented) {
      return;
    }
    event.preventDefault();
    const inFull = panel.querySelector<HTMLAnchorElement>("a[data-beside-full]");
    if (inFull) {
      inFull.href = link.href;
    }
    void htmx
      .ajax("get", link.href, { target: "#beside-body", swap: "innerHTML", select: "[data-record]" })
      .then(() => Offcanvas.getOrCreateInstance(panel).show());
  });
}
