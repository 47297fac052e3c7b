"""What every page of a day has to bear: a look by axe, no scrolling sideways, no unknown words; and pictures for those who look.

``SHUHUA_DAYS=all`` walks each day in both languages, at both sizes, by mouse and by keyboard, and keeps a picture of each page in
``tests/artefacts/days``. Without it a day is walked twice, which shows what there is to show in the time of ``make test``.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from itertools import count, product
from pathlib import Path

from playwright.sync_api import Page

from tests.browser import axe

FOLDER = Path(__file__).parents[1] / "artefacts" / "days"
ALL = os.environ.get("SHUHUA_DAYS") == "all"
SIZES = ((1024, 768), (1440, 900))
MAP = (".leaflet-container",)

_TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"
_BROKEN = """() => [...document.querySelectorAll(".btn:not(.card-choice)")].filter((each) => {
  const style = getComputedStyle(each), line = Math.max(parseFloat(style.lineHeight) || 0, 20);
  const text = each.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
  return each.offsetParent && !each.closest(".caller, .place-field") && text > 1.9 * line;
}).map((each) => each.textContent.trim())"""


@dataclass(frozen=True)
class Way:
    """How a day is walked."""

    by: str
    locale: str
    size: tuple[int, int]

    def __str__(self) -> str:
        return f"{self.by}-{self.locale}-{self.size[0]}"


def ways() -> list[Way]:
    """By mouse on a large Chinese page and by keyboard on a small English one; or all there are."""
    if ALL:
        return [Way(*each) for each in product(("mouse", "keys"), ("zh_Hans", "en"), SIZES)]
    return [Way("mouse", "zh_Hans", SIZES[1]), Way("keys", "en", SIZES[0])]


class Looks:
    """Looks at the pages of one day."""

    def __init__(self, day: str, way: Way) -> None:
        self.day, self.way = day, way
        self.language = way.locale.replace("_", "-")
        self.seen: set[str] = set()
        self.faults: list[str] = []
        self._steps = count(1)

    def look(self, page: Page, name: str, by: str) -> None:
        """At what the page shows now; axe looks once at each kind of page, which is enough and takes a quarter of a second."""
        page.wait_for_load_state()
        if (wide := page.evaluate(_TOO_WIDE)) > 0:
            self.faults.append(f"{name}: {wide} pixels too wide")
        if broken := page.evaluate(_BROKEN):
            self.faults.append(f"{name}: the words of buttons break: {broken}")
        if name not in self.seen:
            self.seen.add(name)
            self.faults += [f"{name}: {each}" for each in axe.faults(page, leave=MAP)]
        if ALL:
            FOLDER.mkdir(parents=True, exist_ok=True)
            words = re.sub(r"\W+", "-", name).strip("-")
            width = self.way.size[0]
            # With its way to hide the caret the browser would complain of a style that the page's policy forbids.
            page.screenshot(
                caret="initial", path=FOLDER / f"{self.day}-{by}-{next(self._steps):02}-{words}-{self.way.locale}-{width}.png"
            )
