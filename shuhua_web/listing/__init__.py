"""Lists as data: one declaration gives the office's page and the API's list.

::

    REPAIRS = Listing(
        name="repairs",
        model=RepairRequest,
        permission=Permission.REPAIRS_VIEW,
        title=_("Repair requests"),
        columns=(
            Column("number", _("Number"), RepairRequest.number, sort=True),
            Column("state", _("State"), RepairRequest.state, kind="state"),
            Column("site", _("Installation point"), Site.name, kind="text"),
            Column("created_at", _("Received"), RepairRequest.created_at, kind="moment", sort=True),
        ),
        source=lambda query: query.join(Site, Site.id == RepairRequest.site_id),
        filters=(
            TextFilter("number", _("Number"), RepairRequest.number),
            DateRange("created", _("Received"), RepairRequest.created_at),
            FlagFilter("overdue", _("Overdue"), lambda ctx: RepairRequest.due_at < ctx.now),
        ),
        search=(RepairRequest.number, RepairRequest.description),
        states=StateTabs(RepairRequest.state, workflow="repairs"),
        default_sort="-created_at",
        record_route="repairs.view",
    )

    @view_config(route_name="repairs.list", permission=Permission.REPAIRS_VIEW, renderer="shuhua_web:templates/list.pt")
    def list_repairs(request):
        return REPAIRS.page(request, toolbar=(Tool(_("New"), "repairs.new", "plus"),))

    def api_list(request):                      # in the room's api.py
        return REPAIRS.api_page(request.ctx, request.params)

Rows come as explicit columns, within the actor's scope, in a constant number of statements.
"""

from .columns import Column
from .filters import ChoiceFilter, DateRange, DivisionFilter, Filter, FlagFilter, RecordFilter, TextFilter
from .listing import Listing, StateTabs
from .page import ListPage, RowAction, Tool

__all__ = [
    "ChoiceFilter",
    "Column",
    "DateRange",
    "DivisionFilter",
    "Filter",
    "FlagFilter",
    "ListPage",
    "Listing",
    "RecordFilter",
    "RowAction",
    "StateTabs",
    "TextFilter",
    "Tool",
]
