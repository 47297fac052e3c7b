"""Customers: their page, their answer in the API, the phone that is revealed, and whom a caller may be."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.contacts import find_callers
from shuhua_core.archives.customer_merge import CUSTOMER_MERGE, customer_twins, twins_of_customer
from shuhua_core.archives.kinds import CUSTOMER_KINDS
from shuhua_core.archives.models import Contact, Customer, Project
from shuhua_core.archives.schema import CustomerCreate, CustomerPatch
from shuhua_core.archives.service import CustomerService
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.schema import Text
from shuhua_core.kernel.scope import visible
from shuhua_core.places.queries import full_name
from shuhua_core.sites.models import Site
from shuhua_web import formats
from shuhua_web.api import Out, Parameter, Serializer, api_view, record_id
from shuhua_web.archives.listing import CUSTOMER_LIST
from shuhua_web.archives.merging import Merging, earlier_fact, merge_action
from shuhua_web.archives.pages import SHOWN, Archive, label, related
from shuhua_web.archives.twins import twins_related
from shuhua_web.i18n import _
from shuhua_web.listing import Tool
from shuhua_web.places.widgets import DivisionWidget
from shuhua_web.records import Fact, Related, phone

CUSTOMER = Serializer(
    "Customer",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("name", "string"),
        Out("kind", "string"),
        Out("division_code", "string", nullable=True),
        Out("division", "string", description="Full name of the division, in the caller's language."),
        Out("address", "string", nullable=True),
        Out("contact_name", "string", nullable=True),
        Out("phone", "string", lambda each: formats.masked_phone(each.phone), description="Masked."),
        Out("email", "string", nullable=True),
        Out("fax", "string", lambda each: formats.masked_phone(each.fax), description="Masked."),
        Out("note", "string", nullable=True),
        Out("version", "integer"),
        Out("created_at", "moment"),
        Out("updated_at", "moment"),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
    description="Who bought equipment.",
)
PHONE = Serializer("Phone", [Out("phone", "string", lambda number: number, nullable=True)], description="A whole phone number.")
CALLER = Serializer(
    "Caller",
    [
        Out("name", "string"),
        Out("phone", "string", lambda caller: formats.masked_phone(caller.phone), description="Masked."),
        Out("contact_id", "integer", nullable=True),
        Out("customer_id", "integer", nullable=True),
        Out("customer_number", "string", nullable=True),
        Out("customer_name", "string", nullable=True),
    ],
    description="Somebody that a phone number may stand for.",
)
CALLERS = Serializer("Callers", [Out("items", [CALLER])])


def customer_item(request: Request, customer: Customer) -> dict[str, Any]:
    """A customer as the API gives it."""
    return CUSTOMER.one(
        customer,
        division=full_name(request.ctx.session, customer.division_code, request.locale_name),
        links={"self": request.route_path("api.customers.view", id=customer.id)},
    )


def customer_page(request: Request, customer: Customer) -> dict[str, Any]:
    """A customer with what was bought and who may be called there (R78, R79)."""
    locale, session = request.locale_name, request.ctx.session
    facts = [
        Fact(_("Number"), customer.number),
        Fact(_("Name", context="thing"), customer.name),
        Fact(_("Kind"), label(CUSTOMER_KINDS, customer.kind, locale)),
        Fact(_("Division"), full_name(session, customer.division_code, locale)),
        Fact(_("Address"), customer.address, wide=True),
        Fact(_("Main contact"), customer.contact_name),
        Fact(_("Phone"), phone(request, customer.phone, request.route_path("customers.phone", id=customer.id))),
        Fact(_("E-mail"), customer.email),
        Fact(_("Fax"), formats.masked_phone(customer.fax)),
        Fact(_("Note"), customer.note, wide=True),
        *earlier_fact(request, "customer", customer),
    ]
    relations = [
        *twins_related(request, "customers", CUSTOMER_MERGE, customer, twins_of_customer),
        _projects(request, customer),
        _sites(request, customer),
        _contacts(request, customer),
    ]
    later = request.route_path("reports.customer", id=customer.id)
    shown = {"groups": [("", facts)], "later": later, "relations": relations}
    return shown | {"actions": merge_action(request, "customers", CUSTOMER_MERGE, customer)}


def _projects(request: Request, customer: Customer) -> Related:
    query = select(Project.id, Project.number, Project.name).where(
        Project.customer_id == customer.id, visible(Project, request.actor, Permission.PROJECTS_VIEW)
    )
    rows = request.ctx.session.execute(query.order_by(Project.id.desc()).limit(SHOWN)).all()
    return related(request, _("Projects"), "projects", rows, {"customer_id": customer.id})


def _sites(request: Request, customer: Customer) -> Related:
    query = select(Site.id, Site.number, Site.name).where(
        Site.customer_id == customer.id, visible(Site, request.actor, Permission.SITES_VIEW)
    )
    rows = request.ctx.session.execute(query.order_by(Site.id.desc()).limit(SHOWN)).all()
    return related(request, _("Installation points"), "sites", rows, {"customer_id": customer.id})


def _contacts(request: Request, customer: Customer) -> Related:
    query = select(Contact.name, Contact.phone, Contact.updated_at).where(
        Contact.customer_id == customer.id, visible(Contact, request.actor, Permission.CUSTOMERS_VIEW)
    )
    zone = request.deployment.settings.timezone
    rows = [
        (name, formats.masked_phone(number), formats.moment(at, zone))
        for name, number, at in request.ctx.session.execute(query.order_by(Contact.updated_at.desc()).limit(SHOWN))
    ]
    return Related(_("Contacts"), (_("Name"), _("Phone"), _("Last call")), rows)


def customer_controls(request: Request) -> dict[str, Any]:
    """The controls of a customer's form."""
    return {"widgets": {"division_code": DivisionWidget(request)}}


def customer_initial(customer: Customer) -> dict[str, Any]:
    """What a customer's form begins with; phones are shown masked, so they are not among it."""
    names = ("number", "name", "kind", "division_code", "address", "contact_name", "email", "note")
    return {name: getattr(customer, name) for name in names}


CUSTOMERS = Archive(
    name="customers",
    kind="customer",
    model=Customer,
    service=CustomerService,
    listing=CUSTOMER_LIST,
    view=Permission.CUSTOMERS_VIEW,
    edit=Permission.CUSTOMERS_EDIT,
    create_schema=CustomerCreate,
    patch_schema=CustomerPatch,
    serializer=CUSTOMER,
    item=customer_item,
    page=customer_page,
    initial=customer_initial,
    controls=customer_controls,
    new_title=_("New customer"),
    kept_when_blank=frozenset({"number", "phone", "fax"}),
    bulk_fields=("kind", "division_code"),
    tools=(Tool(_("Possible duplicates"), "customers.twins", "arrows-join", Permission.CUSTOMERS_MERGE),),
    summary="customer",
    plural="customers",
)


CUSTOMER_MERGING = Merging(
    archive=CUSTOMERS,
    merge=CUSTOMER_MERGE,
    twins=customer_twins,
    twins_of=twins_of_customer,
)


@view_config(route_name="customers.phone", permission=Permission.PHONES_REVEAL, request_method="POST")
def reveal_phone(request: Request) -> Response:
    """The whole phone number in place of the masked one; the log has it before it is shown."""
    return Response(formats.phone(request.service(CustomerService).reveal_phone(record_id(request))), content_type="text/plain")


@api_view(
    route_name="api.customers.phone",
    method="POST",
    permission=Permission.PHONES_REVEAL,
    tag="customers",
    summary="Reveal a customer's phone",
    description="The whole number; that it was shown is logged.",
    answer=PHONE,
)
def reveal_phone_api(request: Request) -> dict[str, Any]:
    """The whole phone number."""
    return PHONE.one(request.service(CustomerService).reveal_phone(record_id(request)))


@api_view(
    route_name="api.callers.list",
    method="GET",
    permission=Permission.CUSTOMERS_VIEW,
    tag="customers",
    summary="Look a caller up",
    description="By a whole phone number, in any usual way of writing, or by its last four digits.",
    parameters=(Parameter("phone", Text(40), "The number, or its last four digits."),),
    errors=(Invalid,),
    answer=CALLERS,
)
def list_callers(request: Request) -> dict[str, Any]:
    """Whom the number may stand for."""
    return {"items": CALLER.many(find_callers(request.ctx, request.arguments["phone"] or ""))}
