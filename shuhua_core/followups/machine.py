"""The states of follow-ups as lists and timelines want them. They move with their tasks, so no action leads on."""

from __future__ import annotations

from ..kernel.transition import Machine
from ..kernel.workflow import State, Workflow
from .models import STATES

_PHASES = {"open": ("open", "warning"), "done": ("final", "success"), "dropped": ("final", "secondary")}

FOLLOWUP_TABLE = Workflow(
    "followups",
    1,
    ("open", "done"),
    {name: State(name, zh, en, phase=_PHASES[name][0], tone=_PHASES[name][1]) for name, (zh, en) in STATES.items()},
    (),
)
MACHINE = Machine(kind="followup", workflow=FOLLOWUP_TABLE.name)
"""Writes the one step of a visit."""
