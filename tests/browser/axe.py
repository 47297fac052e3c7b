"""What axe-core finds wrong with a page for people who see or grasp badly; for screens of the phone and of the office."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[2] / "shuhua_web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")

_FAULTS = """async ([grave, leave]) => {
  const around = leave.length ? {exclude: leave.map((each) => [each])} : document;
  const found = await axe.run(around, {resultTypes: ["violations"]});
  const told = (rule, node) => `${rule.impact} ${rule.id}: ${node.html.slice(0, 160)} (${node.failureSummary ?? ""})`;
  return found.violations
    .filter((rule) => grave.includes(rule.impact))
    .flatMap((rule) => rule.nodes.map((node) => told(rule, node)));
}"""


@cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def faults(page: Page, *, leave: tuple[str, ...] = ()) -> list[str]:
    """The serious and critical faults of what the page shows now, one text for each element; none is ``[]``.

    ``leave`` names by selectors what is not ours to mend, such as tiles of a map. The script goes in past the page's policy, by
    the debugger, so the page needs no loosening. Raises OSError where the front end's packages are not installed.
    """
    page.evaluate(_script())
    found: list[str] = page.evaluate(_FAULTS, [list(GRAVE), list(leave)])
    return found
