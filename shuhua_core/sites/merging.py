"""How two installation points are merged, and which may be the same."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from shuhua_core.accounts.organisations import branch_path
from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives import distinct
from shuhua_core.archives.customer_merge import BESIDE, PROPOSED, Twins
from shuhua_core.archives.merging import Merge
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.scope import visible
from shuhua_core.places.positions import POSITION_COLUMNS, morton_of
from shuhua_core.sites.derived import copy_scope, refresh_states
from shuhua_core.sites.events import SiteEvent
from shuhua_core.sites.models import Site
from shuhua_core.sites.nearby import metres_between
from shuhua_core.sites.service import SITE_PERSONAL

NEAR = 300
"""Metres within which two sites of one name may be the same: what phones and map clicks are apart at one place."""
_STEPS = (1, 2)
"""Which of the sites that follow one are compared with it."""
_DEGREE = 111_195
"""Metres of a degree of latitude."""


def _check(ctx: Context, keep: Site, gone: Site) -> None:
    branches = {branch_path(ctx.session, each.organisation_path or "/") for each in (keep, gone)}
    if len(branches) > 1:
        raise Invalid(
            {"merged_id": _("Different branches look after these two. Give one of them to a unit of the other's branch first.")}
        )


def _settle(_ctx: Context, keep: Site, _gone: Site) -> None:
    keep.morton = morton_of(keep.longitude, keep.latitude)


def _after(ctx: Context, keep: Site) -> None:
    """The pieces that came, and those that were there, have the scope of the site; its state is the worst of theirs."""
    copy_scope(ctx, keep)
    refresh_states(ctx, [keep.id])


SITE_MERGE = Merge(
    kind="site",
    model=Site,
    view=Permission.SITES_VIEW,
    permission=Permission.SITES_MERGE,
    merged_event=SiteEvent.MERGED,
    gone_event=SiteEvent.GONE,
    apart_event=SiteEvent.TOLD_APART,
    together_event=SiteEvent.APART_WITHDRAWN,
    fields={
        "name": ("name",),
        "kind": ("kind",),
        "division_code": ("division_code",),
        "address": ("address",),
        "position": POSITION_COLUMNS,
        "project_id": ("project_id",),
        "customer_id": ("customer_id",),
        "organisation_id": ("organisation_id", "organisation_path"),
        "host_unit_id": ("host_unit_id",),
        "contact_name": ("contact_name",),
        "phone": ("phone",),
        "installed_on": ("installed_on",),
        "note": ("note",),
    },
    personal=SITE_PERSONAL,
    copies=("division_code", "host_unit_id"),
    check=_check,
    settle=_settle,
    after=_after,
)


def site_twins(ctx: Context) -> list[Twins]:
    """Sites of one name that lie near each other, or of which one has no position. Three statements.

    Of one name, neighbours in the order of their Morton keys are compared, so the work grows with the sites and not with
    their pairs; the second neighbour is looked at too, since the order leaps at the borders of cells.
    """
    pairs = [*_neighbours(ctx), *_unplaced(ctx)]
    return sorted(dict.fromkeys(pairs), key=lambda each: -max(each.first_id, each.second_id))[:PROPOSED]


def _neighbours(ctx: Context) -> list[Twins]:
    # Both neighbours in one statement, so that the sites are read and put into their order once.
    following = [
        func.lead(column, step).over(partition_by=Site.name_key, order_by=(Site.morton, Site.id)).label(f"{name}_{step}")
        for step in _STEPS
        for name, column in (("other", Site.id), ("longitude", Site.longitude), ("latitude", Site.latitude))
    ]
    reach = visible(Site, ctx.actor, Permission.SITES_MERGE)
    placed = select(Site.id, Site.longitude, Site.latitude, *following).where(reach, Site.morton.is_not(None)).subquery()
    high = NEAR / _DEGREE
    near = (
        and_(
            func.abs(placed.c.latitude - placed.c[f"latitude_{step}"]) < high,
            # A degree of longitude is never longer than one of latitude; how much shorter, the distance then says.
            func.abs(placed.c.longitude - placed.c[f"longitude_{step}"]) < 3 * high,
            ~distinct.decided(SITE_MERGE.kind, placed.c.id, placed.c[f"other_{step}"]),
        )
        for step in _STEPS
    )
    found = []
    for each in ctx.session.execute(select(placed).where(or_(*near)).order_by(placed.c.id.desc()).limit(PROPOSED)).mappings():
        for step in _STEPS:
            other = each[f"other_{step}"]
            if other is None:
                continue
            away = metres_between(each["longitude"], each["latitude"], each[f"longitude_{step}"], each[f"latitude_{step}"])
            if away <= NEAR:
                found.append(Twins(min(each["id"], other), max(each["id"], other), "near", round(away)))
    return found


def _unplaced(ctx: Context) -> list[Twins]:
    """Of one name and division, the first with each that has no position, or that has one where the first has none."""
    first = aliased(Site)
    alike = and_(
        first.name_key == Site.name_key,
        func.coalesce(first.division_code, "") == func.coalesce(Site.division_code, ""),
        first.id != Site.id,
        or_(first.morton.is_not(None), first.id < Site.id),
        ~distinct.decided(SITE_MERGE.kind, first.id, Site.id),
    )
    reach = visible(Site, ctx.actor, Permission.SITES_MERGE)
    theirs = visible(first, ctx.actor, Permission.SITES_MERGE)
    # Which ones there are is found out before the first with each: that is a look at one row, and not at all of one name.
    some = select(Site.id).where(reach, Site.morton.is_(None), select(first.id).where(alike, theirs).correlate(Site).exists())
    ids = ctx.session.scalars(some.order_by(Site.id.desc()).limit(PROPOSED)).all()
    beside = select(func.min(first.id)).where(alike, theirs).correlate(Site).scalar_subquery()
    return [Twins(min(row), max(row), "name") for row in ctx.session.execute(select(Site.id, beside).where(Site.id.in_(ids)))]


def twins_of_site(ctx: Context, site: Site) -> Sequence[Site]:
    """A few that may be the same as this one, and that the actor may merge with it. One statement."""
    near: ColumnElement[bool] = Site.morton.is_(None)
    if site.longitude is not None and site.latitude is not None:
        high = NEAR / _DEGREE
        wide = high / max(0.01, math.cos(math.radians(site.latitude)))
        near |= and_(
            Site.latitude.between(site.latitude - high, site.latitude + high),
            Site.longitude.between(site.longitude - wide, site.longitude + wide),
        )
    else:
        near = or_(Site.division_code == site.division_code, near)
    reach = visible(Site, ctx.actor, Permission.SITES_MERGE)
    proposed = ~distinct.decided(SITE_MERGE.kind, Site.id, site.id)
    query = select(Site).where(Site.name_key == site.name_key, Site.id != site.id, near, reach, proposed)
    return ctx.session.scalars(query.order_by(Site.id).limit(BESIDE)).all()
