"""Carries out the lives of a site's pieces through the services, for both ways of loading."""

from __future__ import annotations

from typing import Any

from shuhua_core.datasets.invented import SitePlan
from shuhua_core.datasets.load.history import History
from shuhua_core.datasets.load.proofs import Proofs
from shuhua_core.kernel.context import Context
from shuhua_core.media.service import MediaService
from shuhua_core.sites.equipment import EquipmentService

PROVEN = frozenset({"remove", "replace", "scrap"})
"""Steps that come with a picture."""


class Lives:
    """Takes the steps of pieces that stand in the database already. ``ids`` are those of the load, by the plan's keys."""

    def __init__(self, history: History, ids: Any) -> None:
        self._history, self._ids = history, ids
        self._proofs = Proofs(history.deployment.settings)

    def carry_out(self, site: SitePlan) -> None:
        """All steps of the site's pieces, in the open transaction."""
        for piece in site.equipment:
            for step in piece.life:
                ctx = self._history.at(step.at, self._history.user(self._ids.users[step.actor]))
                EquipmentService(ctx).act(self._ids.equipment[step.key], step.action, self._input(ctx, step.action, step.input))

    def _input(self, ctx: Context, action: str, values: Any) -> dict[str, Any]:
        known = {"site_id": self._ids.sites, "replacement_id": self._ids.equipment}
        data = {name: known[name][value] if name in known else value for name, value in values.items()}
        if action in PROVEN:
            data["media_ids"] = [MediaService(ctx).add(self._proofs.next()).id]
        return data
