"""Drawing a random spot check."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from shuhua_core.accounts.permissions import Permission
from shuhua_core.inspections.due import today_of
from shuhua_core.inspections.schema import DrawSpotCheck
from shuhua_core.inspections.spot_check import draw_spot_check

from ..forms import Source, form_for
from ..i18n import _
from ..layout import crumbs
from ..places.widgets import DivisionWidget
from .plans import checklist_options


@view_config(
    route_name="inspections.spot_check",
    permission=Permission.INSPECTIONS_SPOT_CHECK,
    renderer="shuhua_web:templates/form.pt",
)
def spot_check(request: Request) -> Any:
    """How many sites and inspectors; what is drawn stands among the plans."""
    week = today_of(request.ctx) + timedelta(days=7) if request.method == "GET" else None
    form = form_for(
        DrawSpotCheck,
        request,
        submit=_("Draw"),
        cancel=request.route_path("inspections.list"),
        initial={"sites": 5, "inspectors": 2, "due_on": week.isoformat()} if week else None,
        sources={"checklist_id": Source(options=checklist_options(request))},
        widgets={"division_code": DivisionWidget(request)},
    )

    def save(data: dict[str, Any]) -> str:
        draw_spot_check(request.ctx, data)
        return str(request.route_path("plans.list", _query={"kind": "spot_check"}))

    title = _("Random spot check")
    way = crumbs(request, (_("Inspections"), "inspections.list"), (title, None))
    return form.answer(save, done=_("Sites and inspectors were drawn.")) or form.page(title, crumbs=way)
