"""Every event that is published, reacted to or told to somebody exists, and every one that exists happens."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable
from enum import StrEnum
from importlib import import_module

import pytest

from shuhua_core.messages.notices import NOTICES
from shuhua_core.reactions import REACTIONS
from tests.architecture.source import ROOT, Module, calls, modules, read

CARRIED_OUT_BY = "shuhua_core.kernel.transition"
"""Publishes what a table's row or its caller names."""

ENUMS: dict[str, type[StrEnum]] = {
    name: value
    for module in modules("shuhua_core")
    if module.name.endswith(".events") and module.room != "kernel"
    for name, value in vars(import_module(module.name)).items()
    if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum
}
"""The enums of all rooms, by their names."""

EVENTS = {str(event) for enum in ENUMS.values() for event in enum}
IN_TABLES = {
    row["event"]
    for path in (ROOT / "shuhua_core").glob("*/workflow.toml")
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["row"]
}


def unknown_events(found: Iterable[Module]) -> list[str]:
    """``Event(...)`` and ``begin(event=...)`` whose name is not taken from the enum of a room."""
    complaints = []
    for module in found:
        for node, name in calls(module.tree):
            given = _event_of(node, name)
            if given is not None and not _is_known(given):
                complaints.append(f"{module.name}:{node.lineno} {ast.unparse(given)}")
    return complaints


def _event_of(node: ast.Call, name: str) -> ast.expr | None:
    if name in {"Event", "events.Event"}:
        return node.args[0] if node.args else next((keyword.value for keyword in node.keywords if keyword.arg == "name"), None)
    if name.endswith(".begin"):
        return next((keyword.value for keyword in node.keywords if keyword.arg == "event"), None)
    return None


def _is_known(given: ast.expr) -> bool:
    if isinstance(given, ast.IfExp):
        return _is_known(given.body) and _is_known(given.orelse)
    if isinstance(given, ast.Attribute):
        owner, _dot, member = ast.unparse(given).rpartition(".")
        return owner.rpartition(".")[2] in ENUMS and member in ENUMS[owner.rpartition(".")[2]].__members__
    return isinstance(given, ast.Name)  # handed in by a caller, whose own call is looked at as well


def never_named(events: Iterable[str], found: Iterable[Module], in_tables: set[str]) -> list[str]:
    """Events that no code outside of enums names and no row of a table makes."""
    text = "\n".join(module.text for module in found if not module.name.endswith(".events"))
    wanted = set(events) - in_tables
    return [
        str(event)
        for enum in ENUMS.values()
        for event in enum
        if str(event) in wanted and f"{enum.__name__}.{event.name}" not in text
    ]


def publishers() -> list[Module]:
    """Modules that may publish: not those that only react to or speak of events."""
    return [
        module
        for module in modules("shuhua_core")
        if module.name not in {"shuhua_core.reactions", "shuhua_core.messages.notices"}
    ]


def test_there_are_events_and_no_two_enums_share_a_name():
    assert len(ENUMS) >= 8
    assert sum(len(enum) for enum in ENUMS.values()) == len(EVENTS)


def test_every_event_that_is_published_stands_in_an_enum_of_its_room():
    assert unknown_events(module for module in modules("shuhua_core") if module.name != CARRIED_OUT_BY) == []


def test_every_event_of_a_table_exists():
    assert IN_TABLES <= EVENTS


def test_every_event_happens():
    assert never_named(EVENTS, publishers(), IN_TABLES) == []


def test_every_reaction_and_every_notice_is_to_an_event_that_exists():
    assert {str(event) for event in REACTIONS} - {"*"} <= EVENTS
    assert {str(event) for event in NOTICES} <= EVENTS


def test_every_change_is_audited():
    assert [reaction.__name__ for reaction in REACTIONS["*"]] == ["write_audit"]


@pytest.mark.parametrize(
    "text",
    [
        "ctx.publish(Event('tasks.flown', 'task', 1))",
        "ctx.publish(Event(TaskEvent.FLOWN, 'task', 1))",
        "ctx.publish(events.Event(name='tasks.accepted', record_kind='task', record_id=1))",
        "MACHINE.begin(ctx, task, event='tasks.created')",
    ],
)
def test_a_planted_unknown_event_is_found(text):
    assert unknown_events([read("shuhua_core.tasks.planted", text)])


def test_a_planted_event_that_never_happens_is_found():
    assert never_named({"tasks.accepted"}, [], set()) == ["tasks.accepted"]
    assert never_named({"tasks.accepted"}, [read("shuhua_core.tasks.x", "TaskEvent.ACCEPTED")], set()) == []


def test_what_is_allowed_passes():
    assert unknown_events([read("shuhua_core.tasks.good", "ctx.publish(Event(TaskEvent.ACCEPTED, 'task', 1))")]) == []
