"""State machines as tables of rows: the model and its reading and checking. Carrying a row out is in ``transition``."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from .errors import ConfigurationError
from .i18n import _

SAME = "same"
PREVIOUS = "previous"
"""Targets that are no state: stay where you are; back to the state before the present one (resume after hold)."""


@dataclass(frozen=True, slots=True)
class State:
    """One state.

    ``phase`` is ``open`` while somebody has work to do, ``ended`` when the work is over but not the last word, and
    ``final`` when nothing more is needed from anybody. ``tone`` is how loud the screens show it.
    """

    name: str
    zh: str
    en: str
    phase: str = "open"
    tone: str = "secondary"

    def label(self, locale: str) -> str:
        """The state's name in the language."""
        return self.en if locale == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Row:
    """One transition: who may take which action from which states, with what input, and what event it makes."""

    action: str
    sources: tuple[str, ...]
    target: str
    permission: str
    event: str
    zh: str
    en: str
    schema: str | None = None
    guard: str | None = None
    tone: str = "secondary"

    def label(self, locale: str) -> str:
        """The action's name in the language."""
        return self.en if locale == "en" else self.zh

    def leads_to(self, state: str, before: str | None) -> str:
        """The state after this row was taken in ``state``; ``before`` is the state before that."""
        if self.target == SAME:
            return state
        if self.target == PREVIOUS:
            if before is None:
                raise ValueError(f"{self.action}: no state to go back to")
            return before
        return self.target


@dataclass(frozen=True, slots=True)
class Workflow:
    """One version of one table. Immutable, so processes keep it as long as they like."""

    name: str
    version: int
    initial: tuple[str, ...]
    states: Mapping[str, State]
    rows: tuple[Row, ...]

    def matching(self, action: str, state: str) -> tuple[Row, ...]:
        """The rows of ``action`` that start in ``state``; more than one where guards or permissions tell them apart."""
        return tuple(row for row in self.rows if row.action == action and state in row.sources)

    def leaving(self, state: str) -> tuple[Row, ...]:
        """All rows that start in ``state``."""
        return tuple(row for row in self.rows if state in row.sources)

    @property
    def actions(self) -> frozenset[str]:
        """The names of all actions."""
        return frozenset(row.action for row in self.rows)

    @property
    def open_states(self) -> tuple[str, ...]:
        """States in which somebody still has work to do."""
        return tuple(name for name, state in self.states.items() if state.phase == "open")

    def as_data(self) -> dict[str, Any]:
        """Plain values, as stored in the database; :func:`from_data` is its inverse."""
        return {
            "name": self.name,
            "initial": list(self.initial),
            "state": [asdict(state) for state in self.states.values()],
            "row": [_row_data(row) for row in self.rows],
        }


def from_data(data: Mapping[str, Any], version: int) -> Workflow:
    """A workflow from plain values (parsed TOML or stored JSON). Raises ConfigurationError naming what is wrong."""
    try:
        states = {each["name"]: State(**each) for each in data["state"]}
        rows = tuple(_row(each) for each in data["row"])
        return Workflow(data["name"], version, tuple(data["initial"]), states, rows)
    except (KeyError, TypeError) as error:
        raise ConfigurationError(_("The workflow table cannot be read: ${problem}", mapping={"problem": str(error)})) from error


def _row_data(row: Row) -> dict[str, Any]:
    data = asdict(row)
    # As JSON gives it back, so that a table read from the database equals the one that was stored.
    data["from"], data["to"] = list(data.pop("sources")), data.pop("target")
    return data


def _row(data: Mapping[str, Any]) -> Row:
    values = {key: value for key, value in data.items() if key not in {"from", "to"}}
    return Row(sources=tuple(data["from"]), target=data["to"], **values)


def of_room(package: str) -> Workflow:
    """The table that lies beside the code of a room, as ``workflow.toml`` of its package."""
    with as_file(files(package) / "workflow.toml") as path:
        return from_toml(path)


def from_toml(path: Path, version: int = 1) -> Workflow:
    """A workflow from a TOML file."""
    with path.open("rb") as file:
        return from_data(tomllib.load(file), version)


def problems(
    workflow: Workflow,
    *,
    permissions: Collection[str],
    schemas: Collection[str],
    events: Collection[str],
    guards: Collection[str],
    used_states: Iterable[str] = (),
) -> list[str]:
    """What keeps a table from being put in force; an empty list when nothing does.

    Every state is reachable and can reach an end, every name a row uses exists, and no state of a stored record vanished.
    """
    found: list[str] = []
    for row in workflow.rows:
        named = {*row.sources, row.target} - {SAME, PREVIOUS}
        found.extend(f"{row.action}: unknown state {state}" for state in sorted(named - workflow.states.keys()))
        for what, name, known in (
            ("permission", row.permission, permissions),
            ("schema", row.schema, schemas),
            ("event", row.event, events),
            ("guard", row.guard, guards),
        ):
            if name is not None and name not in known:
                found.append(f"{row.action}: unknown {what} {name}")
    found.extend(f"unknown initial state {state}" for state in workflow.initial if state not in workflow.states)
    found.extend(
        f"stored records are in state {state}, which is missing" for state in used_states if state not in workflow.states
    )
    if found:
        return found
    reached = closure(workflow.initial, successors(workflow))
    found.extend(f"state {state} cannot be reached" for state in workflow.states if state not in reached)
    ends = {name for name, state in workflow.states.items() if state.phase == "final"}
    predecessors: dict[str, set[str]] = {name: set() for name in workflow.states}
    for state, targets in successors(workflow).items():
        for target in targets:
            predecessors[target].add(state)
    finishing = closure(ends, predecessors)
    found.extend(f"state {state} cannot reach an end" for state in workflow.states if state not in finishing)
    return found


def successors(workflow: Workflow) -> dict[str, set[str]]:
    """State -> states one row further. "Previous" may lead back to any state from which the present one is entered."""
    found: dict[str, set[str]] = {name: set() for name in workflow.states}
    for row in workflow.rows:
        for source in row.sources:
            if row.target == PREVIOUS:
                found[source] |= {s for other in workflow.rows if other.target == source for s in other.sources}
            else:
                found[source].add(source if row.target == SAME else row.target)
    return found


def closure(starts: Iterable[str], edges: Mapping[str, set[str]]) -> set[str]:
    """All states that can be come to from ``starts`` along ``edges``."""
    seen = set(starts)
    todo = list(seen)
    while todo:
        for target in edges[todo.pop()]:
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen
