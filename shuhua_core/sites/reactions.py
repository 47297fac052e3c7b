"""What follows for equipment from requests and tasks. Named in ``shuhua_core.reactions``."""

from __future__ import annotations

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.events import Event
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.lifetimes.service import start_run


def note_fault(ctx: Context, event: Event) -> None:
    """Request approved: its piece is faulty."""
    EquipmentService(ctx).react_fault([event.values.get("equipment_id")], event.number)


def note_repair_started(ctx: Context, event: Event) -> None:
    """Task started: its piece is being repaired."""
    EquipmentService(ctx).react_repairing([event.values.get("equipment_id")], event.number)


def note_repaired(ctx: Context, event: Event) -> None:
    """Task completed as repaired: its piece is normal again."""
    if event.values.get("result") == "repaired":
        EquipmentService(ctx).react_repaired([event.values.get("equipment_id")], event.number)


def note_model_changed(ctx: Context, event: Event) -> None:
    """A model's own values, or its type, were changed: the ends of its pieces are reckoned anew."""
    if event.changes.keys() & {"type", "warranty_months", "safe_life_years"}:
        start_run(ctx, [[None, event.record_id]])
