"""What each step of a piece's life does to it beside moving its state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives import records
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid, NotFound, WrongState
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.scope import get_visible, visible
from shuhua_core.kernel.transition import Effect, FixedMachine
from shuhua_core.kernel.workflow import Row
from shuhua_core.media.service import MediaService
from shuhua_core.sites import codes
from shuhua_core.sites.derived import scope_of
from shuhua_core.sites.labels.service import LabelService
from shuhua_core.sites.lifetimes.reckon import reckoner_for, settle_ends
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.schema import ACTION_SCHEMAS

Values = dict[str, Any]


def _note_state(ctx: Context, piece: Equipment, values: Values, row: Row) -> Mapping[str, Any]:
    piece.state_at, piece.state_source = ctx.now, row.action
    MediaService(ctx).attach(values.get("media_ids") or [], "equipment", piece.id)
    return {"site_id": piece.site_id}


def _issue(ctx: Context, piece: Equipment, values: Values, row: Row) -> Mapping[str, Any]:
    _put_on(ctx, piece, _site(ctx, values["site_id"]), row)
    piece.place = values["place"] or piece.place
    return _note_state(ctx, piece, values, row)


def _take_back(ctx: Context, piece: Equipment, values: Values, row: Row) -> Mapping[str, Any]:
    left = piece.site_id
    home = records.home_path(ctx, piece.division_code, by_division=True)
    piece.site_id = piece.place = piece.customer_id = piece.project_id = None
    for name, value in scope_of(None, home).items():
        setattr(piece, name, value)
    LabelService(ctx).follow(piece, piece.code)
    return {**_note_state(ctx, piece, values, row), "left_site_id": left}


def _install(ctx: Context, piece: Equipment, values: Values, row: Row) -> Mapping[str, Any]:
    site_id = values["site_id"] or piece.site_id
    if site_id is None:
        raise Invalid({"site_id": _("Say on which installation point it was installed.")})
    today = ctx.now.astimezone(ctx.deployment.settings.timezone).date()
    day = values["installed_on"] or today
    if day > today:
        raise Invalid({"installed_on": _("This day is still to come.")})
    if piece.produced_on and day < piece.produced_on:
        raise Invalid({"installed_on": _("A piece is installed after it was produced.")})
    if site_id != piece.site_id:
        _put_on(ctx, piece, _site(ctx, site_id), row)
    piece.place, piece.installed_on = values["place"] or piece.place, day
    before = piece.code
    if values["code"]:
        records.require_unique(ctx, Equipment, "code", values["code"], permission=Permission.EQUIPMENT_VIEW, besides=piece.id)
        piece.code = values["code"]
    records.flush(ctx)
    LabelService(ctx).follow(piece, before)
    settle_ends(piece, reckoner_for(ctx.session, piece.model_id))
    return _note_state(ctx, piece, values, row)


def _remove(ctx: Context, piece: Equipment, values: Values, row: Row) -> Mapping[str, Any]:
    return {**_note_state(ctx, piece, values, row), "open_work": values["open_work"] or []}


def _replace(ctx: Context, piece: Equipment, values: Values, row: Row) -> Mapping[str, Any]:
    new = _replacement(ctx, piece, values)
    if piece.site_id is None:
        raise WrongState(_("This piece stands nowhere, so that nothing can take its place."), state=piece.state)
    new.customer_id, new.project_id = piece.customer_id, piece.project_id
    new.replaces_id, piece.replaced_by_id = piece.id, new.id
    values["replacement_id"] = new.id
    data = {"site_id": piece.site_id, "place": piece.place, "note": values["reason"]}
    if values["installed_on"]:
        data["installed_on"] = values["installed_on"].isoformat()
    MACHINE.perform(ctx, new, "install", data)
    told = {"replacement_id": new.id, "replacement": new.number, "open_work": values["open_work"] or []}
    return {**_note_state(ctx, piece, values, row), **told}


def _replacement(ctx: Context, piece: Equipment, values: Values) -> Equipment:
    """The piece that is to take the place, locked. Raises Invalid."""
    found = values["replacement_id"]
    name = "replacement_code" if found is None and values["replacement_code"] else "replacement_id"
    if found is None and values["replacement_code"]:
        typed = values["replacement_code"]
        seen = visible(Equipment, ctx.actor, Permission.EQUIPMENT_VIEW)
        by = or_(Equipment.number == typed, Equipment.code == codes.normalise(typed)[:20])
        found = ctx.session.scalar(select(Equipment.id).where(by, seen))
        if found is None:
            raise Invalid({name: _("There is no such record, or it is not yours to see.")})
    if found is None:
        raise Invalid({name: _("Say which piece takes its place.")})
    try:
        new = get_visible(ctx.session, Equipment, ctx.actor, Permission.EQUIPMENT_VIEW, found, for_update=True)
    except NotFound:
        raise Invalid({name: _("There is no such record, or it is not yours to see.")}) from None
    if new.id == piece.id or not EQUIPMENT_WORKFLOW.matching("install", new.state):
        raise Invalid({name: _("Choose a piece that is in stock or waits to be installed.")})
    if new.site_id not in {None, piece.site_id}:
        raise Invalid({name: _("This piece was sent out for another installation point.")})
    return new


def _site(ctx: Context, site_id: int) -> Site:
    site: Site = records.require_reference(ctx, Site, site_id, field="site_id", permission=Permission.SITES_VIEW)
    return site


def _put_on(ctx: Context, piece: Equipment, site: Site, row: Row) -> None:
    """Give a piece a site with its scope, which the actor's permission has to reach, too. Raises NotAllowed."""
    piece.site_id = site.id
    piece.customer_id, piece.project_id = piece.customer_id or site.customer_id, piece.project_id or site.project_id
    for name, value in scope_of(site, None).items():
        setattr(piece, name, value)
    records.require_scope(ctx, piece, row.permission)
    LabelService(ctx).follow(piece, piece.code)


_OWN: Mapping[str, Effect] = {
    "issue": _issue,
    "take_back": _take_back,
    "install": _install,
    "remove": _remove,
    "replace": _replace,
}
MACHINE = FixedMachine(
    kind="equipment",
    workflow=EQUIPMENT_WORKFLOW.name,
    fixed=EQUIPMENT_WORKFLOW,
    schemas=ACTION_SCHEMAS,
    effects={**dict.fromkeys(EQUIPMENT_WORKFLOW.actions, _note_state), **_OWN},
)
