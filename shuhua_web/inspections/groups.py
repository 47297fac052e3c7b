"""Names of what coverage is grouped by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.request import Request
from sqlalchemy import select

from shuhua_core.accounts.models import Organisation
from shuhua_core.inspections.figures import Coverage
from shuhua_core.inspections.models import InspectionPlan
from shuhua_core.places.queries import full_names

from ..i18n import _


def names_of_groups(request: Request, by: str, found: Sequence[Coverage]) -> dict[Any, str]:
    """The name of each group by its key, in the caller's language and one statement."""
    keys = [each.key for each in found if each.key is not None]
    session, locale = request.ctx.session, request.locale_name
    names: dict[Any, str] = {None: str(request.tr(_("Not known")))}
    if by == "division":
        known = full_names(session, [str(key) for key in keys], locale)
        return names | {key: known.get(str(key), str(key)) for key in keys}
    if by == "unit":
        units = session.scalars(select(Organisation).where(Organisation.id.in_(keys)))
        return names | {each.id: each.label(locale) for each in units}
    plans = session.execute(
        select(InspectionPlan.id, InspectionPlan.number, InspectionPlan.name).where(InspectionPlan.id.in_(keys))
    )
    return names | {each.id: f"{each.number} {each.name}" for each in plans}
