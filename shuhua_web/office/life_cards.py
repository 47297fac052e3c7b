"""The card of pieces whose safe service life or warranty is near its end."""

from __future__ import annotations

from pyramid.request import Request
from sqlalchemy import func, select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.scope import visible
from shuhua_core.sites.lifetime import TERMS, ends
from shuhua_core.sites.models import Equipment
from shuhua_web import formats
from shuhua_web.i18n import _
from shuhua_web.layout import Layout

from .cards import CardLine, HomeCard

CONCERNED = (
    Permission.EQUIPMENT_REPLACE,
    Permission.EQUIPMENT_SCRAP,
    Permission.EQUIPMENT_PROPOSE_SCRAP,
    Permission.LIFETIMES_EDIT,
    Permission.REPORTS_VIEW,
)
"""Whoever may do something about it, or reports on it."""
ASKED = (
    ("safe_life", Equipment.safe_life_to, ("past", "3", "6", "12")),
    ("warranty", Equipment.warranty_to, ("3", "6", "12")),
)


def near_ends(request: Request) -> HomeCard | None:
    """How many pieces outlive their safe service life or leave their warranty in 3, 6 and 12 months; one statement."""
    actor = request.actor
    if not actor.may(Permission.EQUIPMENT_VIEW) or not any(actor.may(each) for each in CONCERNED):
        return None
    if not Layout(request).has_route("equipment.list"):
        return None
    today = request.ctx.now.astimezone(request.deployment.settings.timezone).date()
    seen = visible(Equipment, actor, Permission.EQUIPMENT_VIEW)
    counts = [
        select(func.count(Equipment.id)).where(ends(column, term, today), seen).scalar_subquery().label(f"{which}_{term}")
        for which, column, terms in ASKED
        for term in terms
    ]
    found = request.dbsession.execute(select(*counts)).one()
    lines = []
    for which, _column, terms in ASKED:
        title = _("Safe service life") if which == "safe_life" else _("Warranty")
        for term in terms:
            zh, en = TERMS[term]
            href = request.route_path("equipment.list", _query={f"{which}_ends": term, "sort": f"{which}_to"})
            words = f"{request.tr(title)} · {en if request.locale_name == 'en' else zh}"
            count = getattr(found, f"{which}_{term}")
            lines.append(CardLine(words, href, more=request.tr(_("${n} pieces", mapping={"n": formats.number(count)}))))
    return HomeCard(_("Ends that come near"), request.route_path("equipment.list"), lines=lines)
