"""Every page has a title, and no template asks the database."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

import pytest

from tests.architecture.source import ROOT, Module, files, modules, read

FRAMES = ("layout.page", "layout.small_page")
EXPRESSION = re.compile(
    r"\$\{(?:structure:)?(.*?)\}|\btal:[a-z-]+=\"([^\"]*)\"|\b(?:define|condition|repeat|replace|content)=\"([^\"]*)\"", re.DOTALL
)
ASKS = re.compile(r"\b(dbsession|\.execute|\.scalars?|\.query|\.service|select|session\.get|request\.ctx)\s*[(.]")


def templates() -> dict[str, str]:
    """All templates, by path."""
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in files(ROOT / "shuhua_web", ".pt")}


def is_page(text: str) -> bool:
    """Whether a template makes a whole page."""
    return any(f'use-macro="{frame}' in text for frame in FRAMES) or "<html" in text


def without_a_title(found: Mapping[str, str]) -> list[str]:
    """Pages that neither stand in the frame, which shows the title as title and heading, nor have a title of their own."""
    complaints = []
    for path, text in found.items():
        framed = any(f'use-macro="{frame}' in text for frame in FRAMES)
        if is_page(text) and not framed and not re.search(r"<title[^>]*>\s*[^\s<]", text):
            complaints.append(path)
    return complaints


def queries_in(found: Mapping[str, str]) -> list[str]:
    """Expressions in templates that ask the database."""
    return [
        f"{path}: {expression}"
        for path, text in found.items()
        for groups in EXPRESSION.findall(text)
        for expression in groups
        if ASKS.search(expression)
    ]


def views_without_a_title(found: list[Module], pages: set[str]) -> list[str]:
    """Views with a page for a renderer that return a literal dictionary without ``title``."""
    return [
        f"{module.name}.{node.name}"
        for module in found
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and _renders(node, pages)
        for returned in ast.walk(node)
        if isinstance(returned, ast.Return) and _lacks_title(returned.value)
    ]


def _renders(node: ast.FunctionDef, pages: set[str]) -> bool:
    named = [
        keyword.value
        for each in node.decorator_list
        if isinstance(each, ast.Call)
        for keyword in each.keywords
        if keyword.arg == "renderer"
    ]
    return any(isinstance(each, ast.Constant) and str(each.value).rpartition("/")[2] in pages for each in named)


def _lacks_title(returned: ast.expr | None) -> bool:
    if not isinstance(returned, ast.Dict) or None in returned.keys:
        return False
    return not any(isinstance(key, ast.Constant) and key.value == "title" for key in returned.keys)


def test_every_page_has_a_title():
    found = templates()
    assert sum(is_page(text) for text in found.values()) >= 4
    assert without_a_title(found) == []


def test_the_frames_show_the_title_and_one_heading():
    layout = templates()["shuhua_web/templates/layout.pt"]
    assert "<title>${title}" in layout
    for frame in ("page", "small_page"):
        macro = layout.split(f'define-macro="{frame}"')[1].split("</html>")[0]
        assert len(re.findall(r"<h1[^>]*>\$\{title\}</h1>", macro)) == 1


def test_every_view_that_renders_a_page_gives_its_title():
    pages = {path.rpartition("/")[2] for path, text in templates().items() if is_page(text)}
    assert views_without_a_title(list(modules("shuhua_web")), pages) == []


def test_no_template_asks_the_database():
    assert queries_in(templates()) == []


@pytest.mark.parametrize("text", ["<html><body></body></html>", "<html><head><title> </title></head></html>"])
def test_a_planted_page_without_a_title_is_found(text):
    assert without_a_title({"shuhua_web/tasks/templates/planted.pt": text})


@pytest.mark.parametrize(
    "text",
    [
        "<p>${request.dbsession.execute(q)}</p>",
        '<p tal:repeat="task request.service(TaskService).all()"></p>',
        '<tal:x define="rows session.scalars(q)"></tal:x>',
    ],
)
def test_a_planted_query_is_found(text):
    assert queries_in({"shuhua_web/tasks/templates/planted.pt": text})


def test_a_planted_view_without_a_title_is_found():
    text = "@view_config(renderer='templates/view.pt')\ndef view(request):\n    return {'task': 1}"
    assert views_without_a_title([read("shuhua_web.tasks.views", text)], {"view.pt"}) == ["shuhua_web.tasks.views.view"]
