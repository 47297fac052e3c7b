"""What stands around a fault: installation point, piece, model, customer, host unit; for requests and tasks alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pyramid.request import Request
from sqlalchemy import select

from shuhua_core.accounts.models import Organisation
from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import Customer, ProductModel
from shuhua_core.kernel.scope import covers
from shuhua_core.places.queries import full_name
from shuhua_core.sites.models import Equipment, Site

from .. import formats
from ..i18n import _
from ..layout import Layout
from ..records import Fact
from ..sites.ends import end_facts, in_warranty


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Records that a request, task or visit names; what it does not name is None."""

    site: Site | None
    piece: Equipment | None
    model: ProductModel | None
    customer: Customer | None
    host_unit: Organisation | None
    division: str

    def in_warranty(self, today: date) -> bool | None:
        """Whether the piece is in warranty on this day; None where nobody knows."""
        return in_warranty(self.piece, today)


def surroundings(request: Request, record: Any) -> Surroundings:
    """Those of a request, a task or a visit that the caller may see; two statements."""
    kind = type(record)
    host_unit_id = getattr(kind, "host_unit_id", Site.host_unit_id)  # a visit names none besides its place
    row = request.ctx.session.execute(
        select(Site, Equipment, ProductModel, Customer, Organisation)
        .select_from(kind)
        .outerjoin(Site, Site.id == kind.site_id)
        .outerjoin(Equipment, Equipment.id == kind.equipment_id)
        .outerjoin(ProductModel, ProductModel.id == Equipment.model_id)
        .outerjoin(Customer, Customer.id == kind.customer_id)
        .outerjoin(Organisation, Organisation.id == host_unit_id)
        .where(kind.id == record.id)
    ).one()
    site, piece, model, customer, host_unit = row
    division = full_name(request.ctx.session, record.division_code, request.locale_name)
    return Surroundings(site, piece, model, customer, host_unit, division)


def place_facts(request: Request, record: Any, around: Surroundings) -> list[Fact]:
    """Where it is, with the ways to the pages that the caller may open."""
    site, host = around.site, around.host_unit
    return [
        Fact(_("Installation point"), site.name if site else None, link(request, "sites.view", site, Permission.SITES_VIEW)),
        Fact(_("Address"), record.address or (site.address if site else None)),
        Fact(_("Division"), around.division or record.division_code),
        Fact(_("Host unit"), host.label(request.locale_name) if host else None),
    ]


def piece_facts(request: Request, around: Surroundings) -> list[Fact]:
    """Which piece it is: number, model, batch, warranty and safe life. Nothing where none is named."""
    piece, model, customer = around.piece, around.model, around.customer
    found = []
    if piece is not None:
        model_name = ((model.name_en if request.locale_name == "en" else None) or model.name) if model else None
        found = [
            Fact(
                _("Equipment"), f"{piece.name} {piece.number}", link(request, "equipment.view", piece, Permission.EQUIPMENT_VIEW)
            ),
            Fact(_("Model"), f"{model.number} {model_name}" if model else None),
            Fact(_("Serial"), piece.serial),
            Fact(_("Batch"), piece.batch),
            Fact(_("Where on the site"), piece.place),
            Fact(_("Installed on"), formats.day(piece.installed_on)),
            *end_facts(request, piece),
        ]
    if customer is not None:
        found.append(Fact(_("Customer"), customer.name, link(request, "customers.view", customer, Permission.CUSTOMERS_VIEW)))
    return [fact for fact in found if fact.value]


def link(request: Request, route: str, record: Any, permission: str) -> str | None:
    """The address of a record's page, for who may see it."""
    if record is None or not Layout(request).has_route(route) or not covers(record, request.actor, permission):
        return None
    return str(request.route_path(route, id=record.id))
