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

    config.add_listing(REPAIRS)  # in the room's includeme, if no list of the API does it: Excel, views, columns, bulk actions

Rows come as explicit columns, within the actor's scope, in a constant number of statements.
"""

from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationError

from .bulk import BulkAction, TickedAction, edit_fields
from .cells import RowAction
from .columns import Column
from .filters import ChoiceFilter, DateRange, DivisionFilter, ExactFilter, Filter, FlagFilter, RecordFilter, TextFilter
from .listing import Listing, StateTabs
from .page import ListPage, Tool
from .search import Beginnings, Search, Through

__all__ = [
    "Beginnings",
    "BulkAction",
    "ChoiceFilter",
    "Column",
    "DateRange",
    "DivisionFilter",
    "ExactFilter",
    "Filter",
    "FlagFilter",
    "ListPage",
    "Listing",
    "RecordFilter",
    "RowAction",
    "Search",
    "StateTabs",
    "TextFilter",
    "Through",
    "TickedAction",
    "Tool",
    "edit_fields",
]


def add_listing(config: Configurator, listing: Listing, route: str | None = None) -> None:
    """Give a list what every list of the office has: its Excel file, views, columns, bulk actions.

    ``route`` is that of its page, ``<name>.list`` if it is not said. :func:`shuhua_web.api.lists.add_list` calls this.
    """
    known = config.registry.listings
    if listing.name in known:
        raise ConfigurationError(f"there are two lists of the name {listing.name}")
    known[listing.name] = (listing, route or f"{listing.name}.list")


def add_bulk_action(config: Configurator, name: str, action: BulkAction | TickedAction) -> None:
    """Offer an action for the ticked rows of the list ``name``."""
    actions = config.registry.bulk_actions.setdefault(name, [])
    if any(each.name == action.name for each in actions):
        raise ConfigurationError(f"the list {name} has two actions of the name {action.name}")
    actions.append(action)


def includeme(config: Configurator) -> None:
    """The routes that all lists share."""
    config.registry.listings, config.registry.bulk_actions = {}, {}
    config.add_directive("add_listing", add_listing)
    config.add_directive("add_bulk_action", add_bulk_action)
    name = "{list:[a-z_]{1,40}}"
    config.add_route("lists.columns", f"/lists/{name}/columns")
    config.add_route("lists.export", f"/lists/{name}/export")
    config.add_route("lists.save", f"/lists/{name}/views/new")
    config.add_route("lists.bulk", f"/lists/{name}/bulk/{{action:[a-z_]{{1,40}}}}")
    config.add_route("lists.change", "/lists/views/{id:[0-9]{1,18}}")
    config.add_route("lists.remove", "/lists/views/{id:[0-9]{1,18}}/remove")
    config.scan("shuhua_web.listing.routes")
