"""Figures of what waits besides requests and tasks: parts to be sent, received and judged, and inspections that are due."""

from __future__ import annotations

from datetime import timedelta

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.inspections.due import count_due, today_of
from shuhua_core.parts.machine import PART_TABLE
from shuhua_core.parts.models import ReturnedPart
from shuhua_web.i18n import _

from .cards import Figure, HomeCard
from .service_cards import counts_by_state, list_path, waiting_figures

DUE_DAYS = 14
"""As the page of due inspections looks ahead."""


def waiting_parts(request: Request) -> HomeCard | None:
    """Replaced parts that wait for who sends them, or for the quality engineer."""
    if not any(request.actor.may(each) for each in (Permission.PARTS_SEND, Permission.PARTS_JUDGE)):
        return None
    counts = counts_by_state(request, ReturnedPart, Permission.PARTS_VIEW) or {}
    figures = waiting_figures(request, PART_TABLE, counts, "parts.list")
    return HomeCard(_("Returned parts"), figures=figures) if figures else None


def due_inspections(request: Request) -> HomeCard | None:
    """What an inspector has to look at within a fortnight, and what is late already."""
    href = list_path(request, "inspections.due")
    if not request.actor.may(Permission.INSPECTIONS_CARRY_OUT) or href is None:
        return None
    due, overdue = count_due(request.ctx, mine=True, until=today_of(request.ctx) + timedelta(days=DUE_DAYS))
    figures = [Figure(_("Due inspections"), due, href)]
    if overdue:
        figures.append(Figure(_("Overdue inspections"), overdue, href, alert=True))
    return HomeCard(_("Due inspections"), figures=figures)
