"""Ends of warranty and of safe service life in words: until when, whether that is past, and which rule says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import ProductModel
from shuhua_core.sites.lifetimes.models import LifetimeRule
from shuhua_core.sites.lifetimes.reckon import BY_MODEL, BY_PIECE, BY_RULE, day_of
from shuhua_core.sites.lifetimes.schema import DAYS
from shuhua_core.sites.models import Equipment

from .. import formats
from ..i18n import _
from ..records import Fact

TITLES = {"warranty": _("Warranty to"), "safe_life": _("Safe service life to")}
_LASTS = {"warranty": _("${day} (in warranty)"), "safe_life": _("${day} (${n} months left)")}
_OVER = {"warranty": _("${day} (out of warranty)"), "safe_life": _("${day} (past safe life)")}
SOON = 12
"""Months ahead from which the safe service life is said to be ending."""


@dataclass(frozen=True, slots=True)
class ShownEnd:
    """An end of a piece for a page."""

    title: Any
    text: Any
    """None where nobody knows."""
    over: bool | None
    why: Any
    rule_href: str | None


def today_of(request: Request) -> date:
    """The present day of the deployment."""
    return request.ctx.now.astimezone(request.deployment.settings.timezone).date()


def in_warranty(piece: Equipment | None, on: date) -> bool | None:
    """Whether a piece is in warranty on a day; None where nobody knows."""
    return None if piece is None or piece.warranty_to is None else piece.warranty_to >= on


def shown_end(request: Request, piece: Equipment, which: str) -> ShownEnd:
    """An end, in the request's language; at most two statements."""
    to: date | None = getattr(piece, f"{which}_to")
    why, href = _why(request, piece, which)
    if to is None:
        return ShownEnd(TITLES[which], None, None, why, href)
    today = today_of(request)
    over = to < today
    months = (to.year - today.year) * 12 + to.month - today.month - (to.day < today.day)
    words = _OVER[which] if over else _LASTS[which]
    if which == "safe_life" and not over and months >= SOON:
        return ShownEnd(TITLES[which], formats.day(to), over, why, href)
    return ShownEnd(TITLES[which], request.tr(words % {"day": formats.day(to), "n": months}), over, why, href)


def why_text(request: Request, piece: Equipment, which: str) -> str:
    """Which rule gave the end, and how; empty where there is none."""
    why, _href = _why(request, piece, which)
    return request.tr(why) if why else ""


def _why(request: Request, piece: Equipment, which: str) -> tuple[Any, str | None]:
    by = getattr(piece, f"{which}_by")
    session = request.ctx.session
    if by == BY_PIECE:
        return _("Entered on this piece."), None
    if by == BY_MODEL:
        model = session.get_one(ProductModel, piece.model_id)
        months = model.warranty_months if which == "warranty" else (model.safe_life_years or 0) * 12
        return _counted(request, _("The model's own value"), months, piece, "installation"), None
    if by != BY_RULE:
        return _("No rule is for this piece, or the day that it counts from is not known."), None
    rule = session.get_one(LifetimeRule, getattr(piece, f"{which}_rule_id"))
    name = f"{rule.number} {rule.label(request.locale_name)}"
    href = request.route_path("lifetimes.view", id=rule.id) if request.actor.may(Permission.LIFETIMES_VIEW) else None
    return _counted(request, name, getattr(rule, f"{which}_months") or 0, piece, rule.counted_from), href


def _counted(request: Request, source: Any, months: int, piece: Equipment, counted_from: str) -> Any:
    """``Source: 96 months from installation on 2024-05-01``; the other day where that one is not known."""
    named = {"production": piece.produced_on, "installation": piece.installed_on}
    known = counted_from if named[counted_from] else next(name for name in named if name != counted_from)
    zh, en = DAYS[known]
    mapping = {
        "source": request.tr(source),
        "n": months,
        "what": en.lower() if request.locale_name == "en" else zh,
        "day": formats.day(day_of(piece, counted_from)),
    }
    return request.tr(_("${source}: ${n} months from ${what} ${day}", mapping=mapping))


def end_facts(request: Request, piece: Equipment) -> list[Fact]:
    """Both ends with what gave them, for the page of a piece."""
    found = []
    for which, reason in (("warranty", _("Warranty by")), ("safe_life", _("Safe service life by"))):
        end = shown_end(request, piece, which)
        found += [Fact(end.title, end.text), Fact(reason, end.why, end.rule_href)]
    return found


def ends_text(request: Request, piece: Equipment) -> str:
    """Both ends in a line, for who takes in or reviews a request."""
    shown = (shown_end(request, piece, which) for which in TITLES)
    return " · ".join(f"{request.tr(end.title)} {end.text or '–'}" for end in shown)
