"""The life of a piece of equipment, carried out by the same engine as requests and tasks.

Its table is fixed, unlike theirs: a piece outlives every version, and what may be used safely is not a matter of setting.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file, files

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.transition import Machine, Stateful
from shuhua_core.kernel.workflow import Workflow, from_toml


def _load() -> Workflow:
    with as_file(files(__package__) / "workflow.toml") as path:
        return from_toml(path)


EQUIPMENT_WORKFLOW = _load()
GONE = frozenset(name for name, state in EQUIPMENT_WORKFLOW.states.items() if state.phase == "final")
"""States of pieces that are no longer in use anywhere, and never will be."""
THERE = tuple(name for name in EQUIPMENT_WORKFLOW.states if name not in GONE)
"""All other states."""


@dataclass(frozen=True)
class FixedMachine(Machine):
    """A machine whose table is always that of this file's neighbour."""

    def table(self, ctx: Context, record: Stateful) -> Workflow:
        """The one version there is."""
        return EQUIPMENT_WORKFLOW

    def newest(self, ctx: Context) -> Workflow:
        """The one version there is."""
        return EQUIPMENT_WORKFLOW
