"""The life of a piece of equipment, carried out by the same engine as requests and tasks.

Its table is fixed, unlike theirs: a piece outlives every version, and what may be used safely is not a matter of setting.
"""

from __future__ import annotations

from shuhua_core.kernel.workflow import of_room

EQUIPMENT_WORKFLOW = of_room("shuhua_core.sites")
GONE = frozenset(name for name, state in EQUIPMENT_WORKFLOW.states.items() if state.phase == "final")
"""States of pieces that are no longer in use anywhere, and never will be."""
THERE = tuple(name for name in EQUIPMENT_WORKFLOW.states if name not in GONE)
"""All other states."""
