"""Registering and changing pieces of equipment, and the steps of their lives."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives import records
from shuhua_core.archives.models import Customer, ProductModel, Project
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid, NotFound
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.recall import locked
from shuhua_core.kernel.schema import deserialize
from shuhua_core.kernel.scope import get_visible, visible
from shuhua_core.kernel.steps import Step, steps_of
from shuhua_core.kernel.workflow import Row
from shuhua_core.media.service import MediaService
from shuhua_core.sites import codes
from shuhua_core.sites.derived import forget_states, note_new, refresh_states, scope_of
from shuhua_core.sites.effects import MACHINE
from shuhua_core.sites.events import EquipmentEvent
from shuhua_core.sites.labels.service import LabelService
from shuhua_core.sites.lifetimes.reckon import ENDS, reckoner_for, settle_ends
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.schema import EquipmentCreate, EquipmentPatch

EQUIPMENT_PERSONAL = frozenset({"note"})


class EquipmentService:
    """What one actor does with pieces of equipment."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def get(self, equipment_id: int) -> Equipment:
        """One piece. Raises NotFound."""
        return get_visible(self._ctx.session, Equipment, self._ctx.actor, Permission.EQUIPMENT_VIEW, equipment_id)

    def by_code(self, code: str) -> Equipment:
        """The piece that carries the label ``code``, however it was typed. Raises NotFound."""
        query = select(Equipment).where(
            Equipment.code == codes.normalise(code), visible(Equipment, self._ctx.actor, Permission.EQUIPMENT_VIEW)
        )
        piece = self._ctx.session.scalars(query).one_or_none()
        if piece is None:
            raise NotFound
        return piece

    def timeline(self, piece: Equipment) -> Sequence[Step]:
        """All steps of a piece's life, oldest first."""
        return steps_of(self._ctx.session, "equipment", piece.id)

    def actions(self, piece: Equipment) -> list[Row]:
        """What the actor may do with the piece now."""
        return MACHINE.available(self._ctx, piece)

    def create(self, data: Any) -> Equipment:
        """Register a piece (:class:`EquipmentCreate`). Raises NotAllowed, Invalid."""
        ctx = self._ctx
        records.refuse_without(ctx, Permission.EQUIPMENT_EDIT)
        values = deserialize(EquipmentCreate, data)
        media_ids = values.pop("media_ids")
        model, site = self._check(values)
        entered = _entered(values)
        _complete(values, model, site)
        values["number"] = values["number"] or ctx.deployment.numbers.take(ctx.session, "CP", ctx.now)
        home = None if site else records.home_path(ctx, None)
        piece = Equipment(
            **values,
            **scope_of(site, home),
            state_at=ctx.now,
            state_source="create",
            workflow_version=EQUIPMENT_WORKFLOW.version,
            version=1,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        _check_dates(piece)
        records.require_scope(ctx, piece, Permission.EQUIPMENT_EDIT)
        settle_ends(piece, reckoner_for(ctx.session, piece.model_id), entered)
        ctx.session.add(piece)
        records.flush(ctx)
        note_new(ctx, piece)
        LabelService(ctx).follow(piece, None)
        MACHINE.begin(ctx, piece, event=EquipmentEvent.CREATED, values={"site_id": piece.site_id, "model_id": piece.model_id})
        MediaService(ctx).attach(media_ids or [], "equipment", piece.id)
        refresh_states(ctx, [piece.site_id])
        return piece

    def edit(self, equipment_id: int, data: Any, *, expected_version: int | None = None) -> Equipment:
        """Change the fields that ``data`` names (:class:`EquipmentPatch`); on another site the piece gets that site's scope.

        Pictures are added to those that hang there. Raises NotFound, NotAllowed, VersionStale, Invalid.
        """
        ctx = self._ctx
        piece = records.editable(
            ctx,
            Equipment,
            equipment_id,
            view=Permission.EQUIPMENT_VIEW,
            edit=Permission.EQUIPMENT_EDIT,
            expected_version=expected_version,
        )
        values = records.patch_values(EquipmentPatch, data, piece)
        media_ids = values.pop("media_ids", None)
        values = {name: value for name, value in values.items() if value is not None or name not in {"number", "name"}}
        _model, site = self._check(values, piece)
        entered = {name: value for name, value in _entered(values).items() if value != getattr(piece, name)}
        left = piece.site_id
        if "site_id" in values and values["site_id"] != left:
            forget_states(ctx, [left, values["site_id"]])
            values |= scope_of(site, None if site else records.home_path(ctx, None))
        changes = records.changed(piece, values)
        if entered or changes.keys() & _RECKONED_BY:
            changes |= settle_ends(piece, reckoner_for(ctx.session, piece.model_id), entered)
        if changes:
            _check_dates(piece)
            records.require_scope(ctx, piece, Permission.EQUIPMENT_EDIT)
            records.touch(ctx, piece)
            records.flush(ctx)
            LabelService(ctx).follow(piece, changes["code"][0] if "code" in changes else piece.code)
            records.publish(ctx, EquipmentEvent.EDITED, "equipment", piece, changes, personal=EQUIPMENT_PERSONAL)
            if "site_id" in changes:
                refresh_states(ctx, [left, piece.site_id])
        MediaService(ctx).attach(media_ids or [], "equipment", piece.id)
        return piece

    def act(self, equipment_id: int, action: str, data: Any = None, *, expected_version: int | None = None) -> Equipment:
        """Take ``action`` of the table. Raises NotFound, NotAllowed, WrongState, VersionStale, Invalid."""
        ctx = self._ctx
        piece = get_visible(ctx.session, Equipment, ctx.actor, Permission.EQUIPMENT_VIEW, equipment_id, for_update=True)
        left = piece.site_id
        MACHINE.perform(ctx, piece, action, data, expected_version=expected_version)
        refresh_states(ctx, [left, piece.site_id])
        return piece

    def stop_use(self, equipment_id: int, data: Any) -> Equipment:
        """Put a dangerous piece out of use, at once (:class:`StopUse`)."""
        return self.act(equipment_id, "stop_use", data)

    def restore(self, equipment_id: int, data: Any) -> Equipment:
        """Put a piece back into use, with proof (:class:`Restore`)."""
        return self.act(equipment_id, "restore", data)

    def react_fault(self, equipment_ids: Collection[int | None], reference: str | None = None) -> None:
        """Requests about these pieces were approved."""
        self._react("report_fault", equipment_ids, reference)

    def react_repairing(self, equipment_ids: Collection[int | None], reference: str | None = None) -> None:
        """Work on these pieces began."""
        self._react("start_repair", equipment_ids, reference)

    def react_repaired(self, equipment_ids: Collection[int | None], reference: str | None = None) -> None:
        """These pieces were repaired; one that is out of use stays so until it is restored."""
        self._react("finish_repair", equipment_ids, reference)

    def react_outlived(self, equipment_ids: Collection[int | None]) -> None:
        """The safe life of these pieces is over."""
        self._react("outlive", equipment_ids, None)

    def react_renewed(self, equipment_ids: Collection[int | None]) -> None:
        """The safe life of these pieces was extended."""
        self._react("renew_life", equipment_ids, None)

    def _react(self, action: str, equipment_ids: Collection[int | None], reference: str | None) -> None:
        """Take a row of the system on those pieces whose state has it; the others stay as they are."""
        wanted = {each for each in equipment_ids if each is not None}
        if not wanted:
            return
        system = self._ctx.as_system()
        pieces = locked(system.session, Equipment, wanted)
        moved = [piece for piece in pieces if EQUIPMENT_WORKFLOW.matching(action, piece.state)]
        for piece in moved:
            MACHINE.perform(system, piece, action, {"reference": reference})
        refresh_states(system, [piece.site_id for piece in moved])

    def _check(self, values: dict[str, Any], piece: Equipment | None = None) -> tuple[ProductModel | None, Site | None]:
        """The model and site that the values name. Raises Invalid for what is taken or not to be seen."""
        ctx = self._ctx
        besides = piece.id if piece else None
        for name in ("number", "code"):
            records.require_unique(ctx, Equipment, name, values.get(name), permission=Permission.EQUIPMENT_VIEW, besides=besides)
        found: dict[str, Any] = {}
        for name, model, permission in (
            ("model_id", ProductModel, Permission.MODELS_VIEW),
            ("site_id", Site, Permission.SITES_VIEW),
            ("customer_id", Customer, Permission.CUSTOMERS_VIEW),
            ("project_id", Project, Permission.PROJECTS_VIEW),
        ):
            if piece is None or values.get(name) != getattr(piece, name):
                found[name] = records.settle_reference(ctx, model, values, name, permission=permission)
        return found.get("model_id"), found.get("site_id")


_RECKONED_BY = {"model_id", "produced_on", "installed_on"}
"""Columns from which the rules reckon the ends."""


def _entered(values: dict[str, Any]) -> dict[str, date | None]:
    """Take the ends out of the input: only those that were entered, or emptied, are there."""
    return {name: values.pop(name) for which in ENDS if (name := f"{which}_to") in values}


def _complete(values: dict[str, Any], model: ProductModel | None, site: Site | None) -> None:
    """Fill in what was left empty, from the model and the site."""
    if model is not None:
        values["name"] = values["name"] or model.name
    if site is not None:
        values["customer_id"] = values["customer_id"] or site.customer_id
        values["project_id"] = values["project_id"] or site.project_id
    values["state"] = values["state"] or ("normal" if site else "in_stock")
    if values["state"] != "in_stock" and site is None:
        raise Invalid({"site_id": _("Say on which installation point it is, or leave it in stock.")})


def _check_dates(piece: Equipment) -> None:
    if piece.produced_on and piece.installed_on and piece.installed_on < piece.produced_on:
        raise Invalid({"installed_on": _("A piece is installed after it was produced.")})
