"""Links lead somewhere, commands that the pages name exist, and the first link goes to the task state machine."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from shuhua_core.accounts.passwords import DEMO_PASSWORD
from shuhua_core.cli import shuhua
from tests.architecture.source import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "plugins").glob("*/*.md")])
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def links(page: Path) -> Iterator[str]:
    """Where the page's links and pictures lead, without code."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    yield from LINK.findall(re.sub(r"`[^`]*`", "", text))


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of the page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def broken(page: Path) -> list[str]:
    """Links of a page into the project that lead nowhere."""
    found = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _hash, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            found.append(link)
    return found


def code_of(page: Path) -> str:
    """Everything that stands as code on a page."""
    text = page.read_text(encoding="utf-8")
    return "\n".join([*re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL), *re.findall(r"`([^`\n]+)`", text)])


def targets(page: Path) -> set[str]:
    """Targets of make that a page names."""
    return set(re.findall(r"^(?:sudo )?make ([a-z-]+)", code_of(page), re.MULTILINE))


def commands(page: Path) -> set[str]:
    """Commands of ``shuhua`` that a page names."""
    return set(re.findall(r"(?:^|bin/)shuhua ([a-z][a-z-]+)\b", code_of(page), re.MULTILINE))


def made() -> set[str]:
    """Targets of the Makefile."""
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    assert broken(page) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_exist(page):
    assert targets(page) <= made()
    assert commands(page) <= set(shuhua.list_commands(click.Context(shuhua)))


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_first_link_of_the_readme_goes_to_the_task_state_machine(page):
    first = next(link for link in links(page) if not link.endswith((".png", ".md")))
    assert first == "docs/workflow.md#the-task-state-machine"


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_readme_names_two_commands_the_logins_and_their_password(page):
    text = page.read_text(encoding="utf-8")
    with (ROOT / "shuhua_core" / "accounts" / "roles.toml").open("rb") as file:
        roles = {role["code"] for role in tomllib.load(file)["role"]} - {"public"}
    others = {"agent_manager_2", "repairer_2", "customer_2", "dispatcher_boston", "reviewer_boston", "repairer_boston"}
    assert {"demo", "test"} <= targets(page)
    assert DEMO_PASSWORD in text
    assert [login for login in sorted(roles | others) if f"`{login}`" not in text] == []


def test_every_decision_has_its_number_and_its_three_parts():
    decisions = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in decisions]
    assert len(set(numbers)) == len(numbers), "a number stands for one decision; a gap is one that is still being written"
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], path.name
        assert f"({path.name})" in index


def test_pages_of_the_docs_that_the_code_names_exist():
    named = set()
    for folder in ("shuhua_core", "shuhua_web", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            if "node_modules" not in path.parts:
                named |= set(re.findall(r"\bdocs/[\w/-]+\.md", path.read_text(encoding="utf-8")))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_planted_faults_are_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# One heading\n\n[a](nowhere.md) [b](#one-heading) [c](#another) [d](https://a.example)\n\n`make fly` and `shuhua fly`\n"
    )
    assert broken(page) == ["nowhere.md", "#another"]
    assert targets(page) == {"fly"}
    assert commands(page) == {"fly"}
