"""How a customer uses what was bought, and what is needed next (R79): a part of the customer's page that comes after it."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import Customer
from shuhua_core.archives.service import CustomerService
from shuhua_core.reports.customers import CustomerFigures, ModelOfCustomer, customer_figures

from .. import formats
from ..api import record_id
from ..i18n import _
from ..layout import crumbs
from .figures import listed
from .happened import FOLLOWUPS, PIECES, REPAIRS, TASKS, happened
from .parts import BigFigure, Ranking

FAILS_OFTEN = 0.5
"""Requests a piece and year from which a model is named as one that fails often."""


@view_config(
    route_name="reports.customer",
    permission=Permission.CUSTOMERS_VIEW,
    request_method="GET",
    renderer="shuhua_web:reports/templates/customer.pt",
)
def customer_use(request: Request) -> dict[str, Any]:
    """Figures, pieces by model, and needs."""
    customer = request.service(CustomerService).get(record_id(request))
    today = request.ctx.now.astimezone(request.deployment.settings.timezone).date()
    found = customer_figures(request.ctx, customer.id, today)
    return {
        "title": _("Use and needs"),
        "crumbs": [*crumbs(request, (_("Customers"), "customers.list")), *_here(request, customer)],
        "figures": _figures(request, customer, found),
        "needs": list(_needs(request, customer, found)),
        "models": _by_model(request, customer, found),
        "relations": happened(request, (PIECES, REPAIRS, TASKS, FOLLOWUPS), {"customer_id": customer.id}),
    }


def _here(request: Request, customer: Customer) -> Any:
    way = crumbs(request, (customer.number, None))
    return [type(way[0])(customer.number, request.route_path("customers.view", id=customer.id))]


def _figures(request: Request, customer: Customer, found: CustomerFigures) -> list[BigFigure]:
    mine = {"customer_id": customer.id}
    year = {"created_from": found.since.isoformat()}
    zone = request.deployment.settings.timezone
    last = formats.day(found.last_contact.astimezone(zone).date()) if found.last_contact else "–"
    figures = []
    if found.models is not None:
        pieces, intact = sum(each.pieces for each in found.models), sum(each.intact for each in found.models)
        share = _("${rate} intact", mapping={"rate": formats.percent(intact, pieces)})
        figures.append(
            BigFigure(_("Pieces in use"), formats.number(pieces), listed(request, "equipment.list", in_use="true", **mine), share)
        )
    if found.requests is not None and found.open_requests is not None:
        figures += [
            BigFigure(_("Requests in a year"), formats.number(found.requests), listed(request, "repairs.list", **mine, **year)),
            BigFigure(
                _("Open requests"),
                formats.number(found.open_requests),
                listed(request, "repairs.list", open="true", **mine),
                alert=found.open_requests > 0,
            ),
        ]
    if found.completed is not None:
        score = "–" if found.satisfaction is None else f"{found.satisfaction:.1f}"
        figures += [
            BigFigure(_("Completed tasks"), formats.number(found.completed), listed(request, "tasks.list", done="true", **mine)),
            BigFigure(_("Satisfaction"), score, listed(request, "tasks.list", done="true", scored="true", **mine)),
        ]
    if found.projects is not None:
        value = formats.amount(found.value) or "–"
        number = _("Projects: ${count}", mapping={"count": formats.number(found.projects)})
        figures.append(BigFigure(_("Value of projects"), value, listed(request, "projects.list", **mine), number))
    return [*figures, BigFigure(_("Last contact"), last, request.route_path("customers.view", id=customer.id))]


def _name(request: Request, model: ModelOfCustomer) -> str:
    return f"{model.number} {model.name_en if request.locale_name == 'en' and model.name_en else model.name}"


def _needs(request: Request, customer: Customer, found: CustomerFigures) -> Any:
    """Sentences, each with the address of the pieces or requests that it is about."""
    mine = {"customer_id": customer.id}
    for each in found.models or ():
        name, of_model = _name(request, each), {"model_id": each.model_id, **mine}
        if each.past_life:
            words = _("${count} × ${model}: past the safe service life, to be replaced", mapping=_said(each.past_life, name))
            until = {"safe_life_to": _day_before(request)}
            yield words, listed(request, "equipment.list", in_use="true", **until, **of_model)
        if each.ending:
            words = _("${count} × ${model}: the safe service life ends within a year", mapping=_said(each.ending, name))
            within = {"safe_life_from": _today(request).isoformat(), "safe_life_to": found.until.isoformat()}
            yield words, listed(request, "equipment.list", in_use="true", **within, **of_model)
        if each.requests > 1 and each.requests >= FAILS_OFTEN * each.pieces:
            words = _("${model}: ${count} requests in a year, look into the cause", mapping=_said(each.requests, name))
            yield words, listed(request, "repairs.list", created_from=found.since.isoformat(), **of_model)


def _said(count: int, name: str) -> dict[str, str]:
    return {"count": formats.number(count), "model": name}


def _today(request: Request) -> Any:
    return request.ctx.now.astimezone(request.deployment.settings.timezone).date()


def _day_before(request: Request) -> str:
    today = _today(request)
    return today.fromordinal(today.toordinal() - 1).isoformat()


def _by_model(request: Request, customer: Customer, found: CustomerFigures) -> Ranking | None:
    if found.models is None:
        return None
    rows = []
    for each in found.models:
        of_model = {"model_id": each.model_id, "customer_id": customer.id}
        requests = listed(request, "repairs.list", created_from=found.since.isoformat(), **of_model)
        rows.append(
            (
                (_name(request, each), request.route_path("models.view", id=each.model_id))
                if request.actor.may(Permission.MODELS_VIEW)
                else _name(request, each),
                (formats.number(each.pieces), listed(request, "equipment.list", in_use="true", **of_model)),
                formats.percent(each.intact, each.pieces),
                formats.day(each.oldest) or "–",
                (formats.number(each.requests), requests) if found.requests is not None else "–",
                formats.percent(each.requests, each.pieces),
            )
        )
    heads = (
        _("Model"),
        _("Pieces in use"),
        _("Intact equipment"),
        _("Installed since"),
        _("Requests in a year"),
        _("Requests per 100 pieces"),
    )
    return Ranking(_("Equipment by model"), heads, rows)
