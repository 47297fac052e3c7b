"""Habits that hold everywhere: docstrings, short files, one clock, no printing, one definition of what a state allows."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

import pytest

import shuhua_core
from shuhua_core.kernel.workflow import from_toml
from tests.architecture.source import PACKAGES, ROOT, Module, calls, files, modules, read

LONGEST = 400
LONG_BY_NATURE: Mapping[str, str] = {
    "shuhua_core/migrations/versions/0001_initial.py": "all tables of the beginning, one after the other; never changed again",
}
"""Files that may be longer, each with the reason."""

CLOCK = "shuhua_core.kernel.clock"
TIME = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "datetime.datetime.now",
    "datetime.date.today",
}
"""What reads the machine's clock; measuring how long something takes (``time.monotonic``) is another matter."""

SPEAKS = {
    "shuhua_core.cli",
    "shuhua_core.commands",
    "shuhua_core.demo",
    "shuhua_core.locale_build",
    "shuhua_web.frontend.build",
    "shuhua_web.build",
}
"""Modules and packages whose trade is to speak on the terminal."""

STATES = {
    state for path in (ROOT / "shuhua_core").glob("*/workflow.toml") for state in from_toml(path).states
}  # the names of all states of all tables

COMPARED_BY_HAND: Mapping[str, str] = {
    "shuhua_core.articles.service": "what readers find, and what the system publishes when its time has come",
    "shuhua_core.datasets.": "scripts of invented histories, written before there is a record or a table to ask",
    "shuhua_core.media.uploads": "an upload under way, which runs under no table",
    "shuhua_core.messages.audience": "reviewers hear of a request only while it waits for them",
    "shuhua_core.quotations.service": "drafts and sent quotations, as the service and the worker look for them",
    "shuhua_core.repairs.machine": "a request is merged into one that somebody still works on",
    "shuhua_core.repairs.service": "the rows that the system takes by itself, and whether a new request is a draft",
    "shuhua_core.sites.equipment": "a new piece is in stock or stands somewhere; no transition leads there",
    "shuhua_core.tasks.reactions": "what follows for requests when tasks end: rows that the system takes by itself",
}
"""Modules (and packages, with a dot) that name states in comparisons, each with the reason. All else asks the table."""


def undocumented(found: Iterable[Module]) -> list[str]:
    """Public modules, classes, functions and methods without a docstring; a method may have that of the base class beside it."""
    complaints = []
    for module in found:
        if not ast.get_docstring(module.tree):
            complaints.append(module.name)
        classes = {node.name: node for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)}
        for name, node in _public(module.tree.body):
            owner, _dot, method = name.rpartition(".")
            if not ast.get_docstring(node) and not (owner and _described_above(classes, owner.rpartition(".")[2], method)):
                complaints.append(f"{module.name}.{name}")
    return complaints


def _described_above(classes: Mapping[str, ast.ClassDef], name: str, method: str) -> bool:
    bases = [classes[base.id] for base in classes[name].bases if isinstance(base, ast.Name) and base.id in classes]
    return any(
        isinstance(node, ast.FunctionDef) and node.name == method and ast.get_docstring(node)
        for base in bases
        for node in base.body
    ) or any(_described_above(classes, base.name, method) for base in bases)


def _public(
    body: list[ast.stmt], prefix: str = ""
) -> Iterator[tuple[str, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, f"{prefix}{node.name}.")


def too_long(texts: Mapping[str, str]) -> list[str]:
    """Files with more lines than a person reads in one go."""
    counted = {name: text.count("\n") for name, text in texts.items()}
    return [f"{name} has {lines} lines" for name, lines in counted.items() if lines > LONGEST and name not in LONG_BY_NATURE]


def own_clocks(found: Iterable[Module]) -> list[str]:
    """Reads of the machine's clock anywhere but in the one source of time."""
    return [
        f"{module.name}:{node.lineno} {name}"
        for module in found
        if module.name != CLOCK
        for node, name in calls(module.tree)
        if name in TIME
    ]


def printing(found: Iterable[Module]) -> list[str]:
    """Prints of modules that have no terminal."""
    silent = [module for module in found if not any(module.name == each or module.name.startswith(each + ".") for each in SPEAKS)]
    return [f"{module.name}:{node.lineno}" for module in silent for node, name in calls(module.tree) if name == "print"]


def states_compared(found: Iterable[Module]) -> list[str]:
    """Comparisons with the name of a state: ``x.state == "closed"``, ``x.state in (...)``, ``x.state.in_([...])``."""
    complaints = []
    for module in found:
        for node in ast.walk(module.tree):
            named, others = _comparison(node)
            if named is not None and _names_state(named) and any(_holds_state(other) for other in others):
                complaints.append(f"{module.name}:{node.lineno} {ast.unparse(node)}")
    return complaints


def _comparison(node: ast.AST) -> tuple[ast.expr | None, list[ast.expr]]:
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        named = next((side for side in sides if _names_state(side)), None)
        return named, [side for side in sides if side is not named]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"in_", "not_in"}:
        return node.func.value, list(node.args)
    return None, []


def _names_state(node: ast.expr) -> bool:
    last = ast.unparse(node).strip("'\"]").replace("['", ".").replace('["', ".").rpartition(".")[2]
    return last in {"state", "state_before", "target_state", "before", "after"} or last.endswith("_state")


def _holds_state(node: ast.expr) -> bool:
    return any(isinstance(each, ast.Constant) and each.value in STATES for each in ast.walk(node))


def sources() -> dict[str, str]:
    """All hand-written code of the project, by path."""
    found = files(ROOT, ".py", ".ts", ".vue", ".css", ".pt", ".sh")
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in found}


def core_without(*rooms: str) -> list[Module]:
    """The modules of the core but for these rooms."""
    return [module for module in modules("shuhua_core") if module.room not in rooms]


def everything() -> list[Module]:
    """The modules of both packages."""
    return [module for package in PACKAGES for module in modules(package)]


def test_everything_public_in_the_core_says_what_it_is():
    assert undocumented(core_without("migrations")) == []


def test_no_file_is_longer_than_a_person_reads_in_one_go():
    assert too_long(sources()) == []


def test_the_time_comes_from_one_clock():
    assert own_clocks(everything()) == []


def test_only_commands_print():
    assert printing(everything()) == []


def test_what_a_state_allows_is_asked_of_its_table():
    assert [each for each in states_compared(everything()) if not each.startswith(tuple(COMPARED_BY_HAND))] == []


def test_every_exception_is_still_needed():
    compared = states_compared(everything())
    assert [name for name in COMPARED_BY_HAND if not any(each.startswith(name) for each in compared)] == []
    assert all((ROOT / name).exists() and sources()[name].count("\n") > LONGEST for name in LONG_BY_NATURE)


def test_the_package_says_what_it_is():
    assert shuhua_core.__doc__


PLANTED = [
    (undocumented, "X = 1"),
    (undocumented, '"""Module."""\nclass Public:\n    x = 1'),
    (undocumented, '"""Module."""\nclass Public:\n    """Class."""\n    def run(self):\n        return 1'),
    (undocumented, '"""Module."""\nclass A:\n    """A."""\nclass B(A):\n    """B."""\n    def run(self):\n        return 1'),
    (own_clocks, "from datetime import datetime, UTC\nNOW = datetime.now(UTC)"),
    (own_clocks, "import time\nNOW = time.time()"),
    (printing, "def f():\n    print(1)"),
    (states_compared, "def f(task):\n    return task.state == 'closed'"),
    (states_compared, "def f(task):\n    return task.state in ('completed', 'closed')"),
    (states_compared, "def f(Task):\n    return Task.state.in_(['accepted'])"),
    (states_compared, "def f(event):\n    return event.values['target_state'] != 'in_progress'"),
]


@pytest.mark.parametrize(("law", "text"), PLANTED)
def test_a_planted_violation_is_found(law, text):
    assert law([read("shuhua_core.tasks.planted", text)])


def test_a_planted_long_file_is_found():
    assert too_long({"shuhua_core/tasks/planted.py": "x\n" * (LONGEST + 1)}) == ["shuhua_core/tasks/planted.py has 401 lines"]


def test_what_is_allowed_passes():
    good = read(
        "shuhua_core.tasks.good",
        '"""Good."""\ndef f(task):\n    """Fine."""\n    return task.state == other and task.kind == "closed"',
    )
    assert [undocumented([good]), own_clocks([good]), printing([good]), states_compared([good])] == [[], [], [], []]
