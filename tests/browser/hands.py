"""Somebody at a desk, who works either with the mouse or with the keyboard alone; a day is written once and walked by both."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Page, expect

from shuhua_core.testing.world import PASSWORD
from tests.browser.looks import Looks

FORM = 'form[id^="form-"]'
RECORD = ".record-part, .office-main"

# Whether what has the focus can be seen to have it; a radio that is drawn by its label has the ring there.
_RING = """() => {
  const ring = (each) => {
    const style = each && getComputedStyle(each);
    const outlined = style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return outlined || Boolean(style && style.boxShadow !== "none");
  };
  const active = document.activeElement, pictures = active.closest(".picture-field");
  const drawn = [active, active.nextElementSibling, active.closest("label"), pictures?.querySelector(".picture-add")];
  return active.matches(":focus-visible") && drawn.some(ring);
}"""  # fmt: skip
_SEEN = "(selector) => [...document.querySelectorAll(selector)].filter((each) => each.offsetParent || each.matches('.btn-check'))"
_CURRENT = "[...document.querySelectorAll('table.grid > tbody > tr')].findIndex((row) => row.matches('.grid-current'))"
_HERE = f"(selector) => ({_SEEN})(selector).includes(document.activeElement)"
_BEHIND = f"""(selector) => ({_SEEN})(selector).some((each) => !each.disabled
  && document.activeElement.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_PRECEDING)"""
_AHEAD = _BEHIND.replace("PRECEDING", "FOLLOWING")


class Hands(ABC):
    """What both ways can do. Selectors name what somebody looks for; what is not there, or not to be reached, fails the test."""

    by = ""

    def __init__(self, page: Page, looks: Looks) -> None:
        self.page, self.looks = page, looks

    # What differs ---------------------------------------------------------------------------------------------------------

    @abstractmethod
    def press(self, selector: str) -> None:
        """A link, button, box or summary."""

    @abstractmethod
    def write(self, selector: str, text: str) -> None:
        """Replace what a field holds."""

    @abstractmethod
    def choose(self, name: str, value: Any) -> None:
        """One of the radio buttons of this name."""

    @abstractmethod
    def select(self, selector: str, value: Any) -> None:
        """One of the lines of a drop-down or list."""

    @abstractmethod
    def attach(self, selector: str, files: Sequence[FilePayload]) -> None:
        """Give files to a field for files."""

    @abstractmethod
    def to_row(self, words: str) -> None:
        """Press the first cell of the row of the list that has these words."""

    @abstractmethod
    def tick(self, words: str) -> None:
        """Tick the row that has these words."""

    # What both do with it ---------------------------------------------------------------------------------------------------

    def sign_in(self, login: str) -> None:
        """To the desk, in the language of the day."""
        self.page.goto("/sign-in")
        self.write("input[name=login]", login)
        self.write("input[name=password]", PASSWORD)
        self.press("main form:not(.languages) button[type=submit]")
        self.page.wait_for_url("**/")
        if self.page.get_attribute("html", "lang") != self.looks.language:
            self.leave(lambda: self.press(".languages button"))
        expect(self.page.locator("html")).to_have_attribute("lang", self.looks.language)
        self.look("desk")

    def look(self, name: str) -> None:
        """Look at what is there now: nothing scrolls sideways, axe finds nothing serious; see :class:`Looks`."""
        self.looks.look(self.page, name, self.by)

    def leave(self, press: Callable[[], None]) -> None:
        """Press what leads to another page, or to this one anew."""
        with self.page.expect_navigation():
            press()

    def menu(self, path: str) -> None:
        """Open a page from the menu."""
        self.leave(lambda: self.press(f'.office-menu a[href="{path}"]'))
        self.look(path)

    def figure(self, path: str) -> None:
        """Go into a figure of the first page."""
        self.leave(lambda: self.press(f'a.figure-card[href="{path}"]'))
        self.look(path)

    def find(self, text: str) -> None:
        """Search the list."""
        self.write("#filter-q", text)
        with self.page.expect_response(lambda answer: "q=" in answer.url):
            self.page.keyboard.press("Enter")
        self.settle()

    def settle(self) -> None:
        """Until what htmx fetched stands on the page."""
        expect(self.page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)

    def open_row(self, words: str) -> None:
        """Open the record of this row beside its list."""
        self.to_row(words)
        self.page.locator("#beside.show [data-record]").wait_for()
        self.look("beside")

    def form(self, selector: str, name: str) -> None:
        """Open a form in the dialog."""
        self.press(selector)
        self.page.locator(f"#dialog.show {FORM}").wait_for()
        self.settle()
        self.look(name)

    def act(self, action: str) -> None:
        """Open the form of an action of the record that is shown."""
        self.form(f'.actions a[href*="/actions/{action}"]', action)

    def close(self) -> None:
        """Close the dialog; the focus is where it was."""
        self.page.keyboard.press("Escape")
        expect(self.page.locator("#dialog.show")).to_have_count(0)

    def send_in_vain(self, name: str) -> None:
        """Send the form, which comes back with what is wrong with a field."""
        self.press(f"{FORM} button[type=submit]")
        expect(self.page.locator(f'[name="{name}"][aria-invalid="true"]')).to_be_visible()
        self.settle()
        self.look(f"{name} refused")

    def send(self) -> None:
        """Send the form, and see where it leads."""
        self.leave(lambda: self.press(f"{FORM} button[type=submit]"))

    def state(self, label: str) -> None:
        """The badge of the record that has a page of its own."""
        expect(self.page.locator(".office-title .state, [data-record] .state").first).to_have_text(label)

    def row(self, words: str, says: str) -> None:
        """The list has a row with both."""
        expect(self.page.locator("table.grid > tbody > tr", has_text=words).first).to_contain_text(says)

    def told(self, words: str = "") -> None:
        """The page says that something is done."""
        expect(self.page.locator(".alert-success").first).to_contain_text(words)

    def file(self, selector: str) -> Path:
        """A file that a button or link gives."""
        with self.page.expect_download() as coming:
            self.press(selector)
        return coming.value.path()

    def paper(self, selector: str) -> bytes:
        """A PDF that opens in a tab of its own."""
        address = self.page.locator(selector).first.get_attribute("href") or ""
        with self.page.context.expect_event("request", lambda request: address in request.url):
            self.press(selector)
        answer = self.page.context.request.get(address)
        assert answer.headers["content-type"] == "application/pdf"
        return answer.body()


class Mouse(Hands):
    """By pointing and clicking, and typing into fields that were clicked."""

    by = "mouse"

    def press(self, selector: str) -> None:
        """Click the first that can be seen."""
        self.page.locator(selector).locator("visible=true").first.click()

    def write(self, selector: str, text: str) -> None:
        """Click into it, and type."""
        field = self.page.locator(selector).locator("visible=true").first
        field.click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.type(text)

    def choose(self, name: str, value: Any) -> None:
        """Click its label, which is around it or says whose it is."""
        radio = f'[type=radio][name="{name}"][value="{value}"]'
        self.page.locator(f"label:has({radio}), {radio} + label, {radio}:not(.btn-check)").first.click()

    def select(self, selector: str, value: Any) -> None:
        """As a click on the line does."""
        self.page.locator(selector).locator("visible=true").first.select_option(str(value))

    def attach(self, selector: str, files: Sequence[FilePayload]) -> None:
        """From the dialog that a click on its label opens."""
        label = self.page.locator(f'label[for="{self.page.locator(selector).get_attribute("id")}"]').locator("visible=true").last
        with self.page.expect_file_chooser() as dialog:
            label.click()
        dialog.value.set_files(list(files))

    def to_row(self, words: str) -> None:
        """Click the number."""
        self.page.locator("table.grid > tbody > tr", has_text=words).first.locator("td.grid-first a").click()

    def tick(self, words: str) -> None:
        """Click the box."""
        self.page.locator("table.grid > tbody > tr", has_text=words).first.locator("[data-select-row]").click()


class Keys(Hands):
    """By the keyboard alone. Whatever gets the focus must be seen to have it, and nothing may keep it."""

    by = "keys"

    def to(self, selector: str, most: int = 150) -> None:
        """Tab, or Shift+Tab where it lies behind, until the focus is on it."""
        evaluate = self.page.evaluate
        if not evaluate(_HERE, selector):
            back = evaluate(_BEHIND, selector) and not evaluate(_AHEAD, selector)
            for _press in range(most):
                self.page.keyboard.press("Shift+Tab" if back else "Tab")
                if evaluate(_HERE, selector):
                    break
            else:
                raise AssertionError(f"the keyboard does not come to {selector}")
        assert evaluate(_RING), f"nobody sees that {selector} has the focus"

    def press(self, selector: str) -> None:
        """Enter, or Space on a box."""
        self.to(selector)
        box = self.page.evaluate("document.activeElement.matches('[type=checkbox], [type=radio]')")
        self.page.keyboard.press("Space" if box else "Enter")

    def write(self, selector: str, text: str) -> None:
        """Type over what is there."""
        self.to(selector)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.type(text)

    def choose(self, name: str, value: Any) -> None:
        """Arrow keys go round the group."""
        self.to(f'[type=radio][name="{name}"]')
        for _press in range(60):
            if self.page.evaluate("document.activeElement.value") == str(value):
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")
        assert self.page.evaluate("document.activeElement.checked && document.activeElement.value") == str(value)

    def select(self, selector: str, value: Any) -> None:
        """Home, then down to the line."""
        self.to(selector)
        self.page.keyboard.press("Home")
        for _press in range(80):
            if self.page.evaluate("document.activeElement.value") == str(value):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{selector} has no line {value}")

    def attach(self, selector: str, files: Sequence[FilePayload]) -> None:
        """From the dialog that Enter or Space opens."""
        self.to(selector)
        with self.page.expect_file_chooser() as dialog:
            self.page.keyboard.press("Space")
        dialog.value.set_files(list(files))

    def go(self, words: str) -> None:
        """j, or k where it lies above, from row to row until the current one has the words."""
        if self.page.evaluate("document.activeElement.matches('input:not([type=checkbox]), select, textarea')"):
            self.to("table.grid a, .grid-box")
        rows = self.page.locator("table.grid > tbody > tr")
        wanted = next((place for place, row in enumerate(rows.all_inner_texts()) if words in row), None)
        assert wanted is not None, f"no row has {words}"
        here = self.page.evaluate(_CURRENT)
        for _press in range(abs(wanted - here)):
            self.page.keyboard.press("j" if wanted > here else "k")
        expect(rows.nth(wanted)).to_contain_class("grid-current")

    def to_row(self, words: str) -> None:
        """Enter on the current row."""
        self.go(words)
        assert self.page.evaluate(_RING), "nobody sees which row is the current one"
        self.page.keyboard.press("Enter")

    def tick(self, words: str) -> None:
        """x on the current row."""
        self.go(words)
        self.page.keyboard.press("x")


WAYS: dict[str, type[Hands]] = {each.by: each for each in (Mouse, Keys)}
