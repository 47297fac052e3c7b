"""Where a request belongs: piece, site, customer, division and branch, found from what the reporter named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from ..accounts.organisations import branch_for_division, branch_path
from ..archives.records import find_columns
from ..kernel.context import Context
from ..kernel.errors import Invalid, NotFound
from ..kernel.i18n import _
from ..kernel.merged import merged_into
from ..kernel.scope import get_visible
from ..places.models import Division
from ..places.positions import position_of
from ..sites.models import Equipment, Site


@dataclass(frozen=True, slots=True)
class Place:
    """Values of the request's columns, and the position that stands in when none was sent."""

    site_id: int | None
    equipment_id: int | None
    customer_id: int | None
    host_unit_id: int | None
    division_code: str | None
    organisation_path: str
    address: str | None
    position: dict[str, Any] | None


def locate(ctx: Context, values: dict[str, Any], *, piece: Equipment | None = None) -> Place:
    """The place of a request. ``piece`` was found by its public code; pieces and sites named by id must be visible.

    Raises Invalid for an id that the actor may not see, alike whether it exists or not.
    """
    equipment = piece or _visible_equipment(ctx, values.get("equipment_id"))
    site = _site(ctx, equipment, values.get("site_id"))
    division = (site.division_code if site else None) or _division(ctx, values.get("division_code"))
    path = site.organisation_path if site else (equipment.organisation_path if equipment else None)
    if not path and not division:
        path = ctx.actor.organisation_path
    branch = branch_path(ctx.session, path) if path else branch_for_division(ctx.session, division).path
    return Place(
        site_id=site.id if site else None,
        equipment_id=equipment.id if equipment else None,
        customer_id=(equipment.customer_id if equipment else None) or (site.customer_id if site else None),
        host_unit_id=site.host_unit_id if site else None,
        division_code=division,
        organisation_path=branch,
        address=values.get("address") or (site.address if site else None),
        position=values.get("position") or (position_of(site) if site else None),
    )


_BY_CODE = select(Equipment).where(Equipment.code == bindparam("code"))


def piece_by_code(ctx: Context, values: dict[str, Any]) -> Equipment | None:
    """The piece whose label carries ``values["code"]``, for everybody who stands before it; None without a code.

    Raises Invalid for a code that stands for nothing, or for another piece than the one that is named beside it.
    """
    code = values.get("code")
    if code is None:
        return None
    piece = ctx.session.scalars(_BY_CODE, {"code": code.upper()}).one_or_none()
    if piece is None:
        raise Invalid({"code": _("There is no such code. Check the label and type it again.")})
    if values.get("equipment_id") not in (None, piece.id) or values.get("site_id") not in (None, piece.site_id):
        raise Invalid({"code": _("The code stands for another piece of equipment.")})
    return piece


def _visible_equipment(ctx: Context, equipment_id: int | None) -> Equipment | None:
    if equipment_id is None:
        return None
    try:
        return get_visible(ctx.session, Equipment, ctx.actor, "equipment.view", equipment_id)
    except NotFound:
        raise Invalid({"equipment_id": _("Choose a piece of equipment that you may see.")}) from None


def _site(ctx: Context, equipment: Equipment | None, site_id: int | None) -> Any:
    """The columns of the site, not to be changed; None where none is named."""
    if equipment is not None and equipment.site_id is not None:
        if site_id not in {None, equipment.site_id} and merged_into(ctx.session, "site", site_id) != equipment.site_id:
            raise Invalid({"site_id": _("The piece of equipment stands on another installation point.")})
        return ctx.session.get(Site, equipment.site_id)
    if site_id is None:
        return None
    try:
        return find_columns(ctx, Site, site_id, permission="sites.view")
    except NotFound:
        raise Invalid({"site_id": _("Choose an installation point that you may see.")}) from None


def _division(ctx: Context, code: str | None) -> str | None:
    if code is None:
        return None
    if ctx.session.get(Division, code) is None:
        raise Invalid({"division_code": _("There is no such division.")})
    return code
