"""The random spot check (双随机): which sites are inspected, and by whom, is drawn."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ..accounts.organisations import branch_of
from ..accounts.permissions import Permission
from ..archives import records
from ..kernel.context import Context
from ..kernel.errors import Invalid
from ..kernel.events import Event
from ..kernel.i18n import _
from ..kernel.schema import deserialize
from ..kernel.scope import prefix_range, visible
from ..sites.models import Site
from .events import InspectionEvent
from .models import InspectionPlan
from .plans import add_plan, inspectors_below, require_checklist
from .schema import DrawSpotCheck


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn: by this seed, from the sites and people in order of their ids, anybody can draw it again."""

    seed: int
    plans: Sequence[InspectionPlan]


def draw(sites: Sequence[int], people: Mapping[int, Sequence[int]], numbers: tuple[int, int], seed: int) -> dict[int, int]:
    """Site -> inspector. ``people`` are those who may inspect each site; ``numbers`` how many sites and people are drawn.

    People are drawn among all; a site that none of them may inspect gets one of its own.
    """
    dice = random.Random(seed)  # noqa: S311 - the seed comes from a secret source, and the draw must be repeatable
    chosen = dice.sample(sorted(sites), min(numbers[0], len(sites)))
    everybody = sorted({person for site in chosen for person in people[site]})
    drawn = set(dice.sample(everybody, min(numbers[1], len(everybody))))
    return {site: dice.choice(sorted(drawn & set(people[site])) or sorted(people[site])) for site in chosen}


def draw_spot_check(ctx: Context, data: Any) -> Drawn:
    """Draw sites of the actor's area and inspectors of their branches, and make a plan of one day for each.

    Raises NotAllowed, Invalid (:class:`DrawSpotCheck`).
    """
    records.refuse_without(ctx, Permission.INSPECTIONS_SPOT_CHECK)
    values = deserialize(DrawSpotCheck, data)
    checklist = require_checklist(ctx, values["checklist_id"])
    query = select(Site).where(visible(Site, ctx.actor, Permission.INSPECTIONS_SPOT_CHECK), Site.state != "empty")
    if values["division_code"]:
        query = query.where(prefix_range(Site.division_code, values["division_code"]))
    sites = {site.id: site for site in ctx.session.scalars(query.order_by(Site.id))}
    people = _people(ctx, sites)
    able = [site_id for site_id in sites if people[site_id]]
    if not able:
        raise Invalid({"sites": _("There is no installation point with an inspector in this area.")})
    seed = secrets.randbits(53)
    drawn = draw(able, people, (values["sites"], values["inspectors"]), seed)
    common = {
        "name": None,
        "checklist_id": checklist.id,
        "interval_days": None,
        "starts_on": values["due_on"],
        "responsible_unit_id": None,
        "note": None,
    }
    plans = [add_plan(ctx, sites[site], {**common, "responsible_id": person}, "spot_check") for site, person in drawn.items()]
    told = {
        "seed": seed,
        "site_ids": list(drawn),
        "inspector_ids": sorted(set(drawn.values())),
        "plan_ids": [plan.id for plan in plans],
    }
    ctx.publish(Event(InspectionEvent.SPOT_CHECK_DRAWN, "plan", plans[0].id, plans[0].number, values=told))
    return Drawn(seed, plans)


def _people(ctx: Context, sites: Mapping[int, Site]) -> dict[int, list[int]]:
    """Who may inspect each site: the inspectors of the branch that looks after it."""
    branches: dict[str, str] = {}
    pools: dict[str, list[int]] = {}
    found: dict[int, list[int]] = {}
    for site_id, site in sites.items():
        path = site.organisation_path or "/"
        branch = branches.setdefault(path, "") or branch_of(ctx.session, path).path
        branches[path] = branch
        if branch not in pools:
            pools[branch] = sorted(each.id for each in inspectors_below(ctx.session, branch))
        found[site_id] = pools[branch]
    return found
