"""The forms in which requests are entered: fields in the order of a conversation, the place chosen by search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from pyramid.csrf import get_csrf_token
from pyramid.renderers import render
from pyramid.request import Request
from sqlalchemy import or_

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import Customer
from shuhua_core.kernel.scope import covers
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.schema import Change, Intake, Report
from shuhua_core.sites.models import Equipment, Site

from ..archives.pages import record_source
from ..forms import OfficeForm
from ..i18n import _
from ..media.pictures import PicturesWidget
from ..places.widgets import DivisionWidget
from ..sites.ends import ends_text, in_warranty, today_of
from ..widgets import FieldWidget, RecordWidget
from .queries import mergeable_states, recent_requests

OMITTED = ("captured_at", "position")


@dataclass(frozen=True, slots=True)
class Part:
    """Fields under a heading; ``oid`` lets a click replace them."""

    title: Any
    names: Sequence[str]
    oid: str


class ArrangedForm(OfficeForm):
    """A form whose fields stand in parts. ``aside`` says that callers are looked up beside it."""

    parts: Sequence[Part] = ()
    aside = False

    def render(self) -> Markup:
        """The form as HTML."""
        values = {"office": self, "form": self._form, "tr": self.request.tr, "csrf_token": get_csrf_token(self.request)}
        template = "shuhua_web:repairs/templates/arranged-form.pt"
        return Markup(render(template, values, request=self.request))  # noqa: S704 - escaped by its template

    def part(self, part: Part) -> Markup:
        """One part's fields as HTML."""
        return Markup("").join(Markup(self._form[name].render_template("forms/row")) for name in part.names if name in self._form)  # noqa: S704


def intake_form(request: Request, **options: Any) -> ArrangedForm:
    """For who takes calls: whom they speak to, which piece, what is wrong."""
    form = _arranged(request, Intake, omit=(*OMITTED, "as_draft", "code"), phone=PhoneWidget(request), **options)
    form.aside = True
    form.parts = (
        Part(_("Caller"), ("caller_phone", "caller_name", "customer_id"), "part-caller"),
        Part(_("Place"), ("equipment_id", "address", "division_code"), "part-place"),
        Part(_("Fault"), ("fault", "symptom", "severity", "media_ids"), "part-fault"),
    )
    return form


def report_form(request: Request, **options: Any) -> ArrangedForm:
    """For oneself."""
    form = _arranged(request, Report, omit=OMITTED, **options)
    form.parts = (
        Part(_("Place"), ("equipment_id", "code", "address"), "part-place"),
        Part(_("Fault"), ("fault", "symptom", "severity", "media_ids"), "part-fault"),
        Part(_("Contact"), ("caller_name", "caller_phone", "as_draft"), "part-caller"),
    )
    return form


def change_form(request: Request, repair_id: int, **options: Any) -> ArrangedForm:
    """To put facts right."""
    form = _arranged(request, Change, besides=repair_id, **options)
    fault = Part(_("Fault"), ("fault", "symptom"), "part-fault")
    form.parts = (Part(_("Place"), ("equipment_id", "address"), "part-place"), fault)
    return form


def _arranged(
    request: Request,
    schema: Any,
    *,
    omit: Sequence[str] = (),
    phone: Any = None,
    besides: int | None = None,
    **options: Any,
) -> ArrangedForm:
    names = [node.name for node in schema().children]
    widgets: dict[str, Any] = {"equipment_id": PlaceWidget(request, besides=besides), "site_id": RecordWidget(None)}
    if "customer_id" in names:
        widgets["customer_id"] = CustomerWidget(request)
    if "division_code" in names:
        widgets["division_code"] = DivisionWidget(request)
    if "media_ids" in names:
        widgets["media_ids"] = PicturesWidget(request)
    if phone is not None:
        widgets["caller_phone"] = phone
    form = ArrangedForm(schema, request, omit=[name for name in omit if name in names], widgets=widgets, **options)
    form.multipart = "media_ids" in names
    return form


class PhoneWidget(FieldWidget):
    """A phone number that looks its caller up while it is typed."""

    def __init__(self, request: Request, **kw: Any) -> None:
        super().__init__(**kw)
        self._request = request

    def serialize(self, field: Any, cstruct: Any, **_kw: Any) -> str:
        """The control as HTML."""
        values = {"oid": field.oid, "value": cstruct if isinstance(cstruct, str) else "", "invalid": bool(field.error)}
        return str(render("shuhua_web:repairs/templates/phone-field.pt", values, request=self._request))


class CustomerWidget(RecordWidget):
    """The customer for whom somebody calls; may be left open."""

    def __init__(self, request: Request) -> None:
        super().__init__(record_source(request, "customers", Customer, Permission.CUSTOMERS_VIEW))


class PlaceWidget(FieldWidget):
    """Which piece, or which installation point: a search, and what was chosen with what is open there already.

    It stands for two fields, ``equipment_id`` and ``site_id``.
    """

    template = "place"
    wide = True

    def __init__(self, request: Request, *, besides: int | None = None, **kw: Any) -> None:
        super().__init__(**kw)
        self._request, self._besides = request, besides

    @property
    def grouped(self) -> bool:
        """Several controls."""
        return True

    def serialize(self, field: Any, cstruct: Any, **_kw: Any) -> str:
        """The control as HTML."""
        others = field.parent.cstruct if isinstance(field.parent.cstruct, dict) else {}
        errors = [child.error.msg for child in field.parent.children if child.name == "site_id" and child.error]
        return place_box(
            self._request,
            _whole(cstruct),
            _whole(others.get("site_id")),
            besides=self._besides,
            error=errors[0] if errors else None,
        )

    def parsed(self, text: str) -> Any:
        """The id, or the text."""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else text


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def place_box(
    request: Request,
    equipment_id: int | None,
    site_id: int | None,
    *,
    besides: int | None = None,
    error: Any = None,
    oob: bool = False,
) -> str:
    """The chosen place, or the search for one. A record that the actor may not see counts as none."""
    session, actor = request.ctx.session, request.actor
    piece = session.get(Equipment, equipment_id) if equipment_id else None
    if piece is not None and not covers(piece, actor, Permission.EQUIPMENT_VIEW):
        piece = None
    site = (
        session.get(Site, piece.site_id if piece and piece.site_id else site_id) if (piece and piece.site_id) or site_id else None
    )
    if site is not None and piece is None and not covers(site, actor, Permission.SITES_VIEW):
        site = None
    values = {
        "piece": piece,
        "site": site,
        "open": [each for each in _open_there(request, piece, site) if each.id != besides],
        "ends": ends_text(request, piece) if piece is not None and actor.may(Permission.LIFETIMES_VIEW) else None,
        "covered": in_warranty(piece, today_of(request)),
        "error": error,
        "oob": oob,
    }
    return str(render("shuhua_web:repairs/templates/place.pt", values, request=request))


def _open_there(request: Request, piece: Equipment | None, site: Site | None) -> Sequence[RepairRequest]:
    """What is open there already, so that nobody enters it twice."""
    same = [RepairRequest.equipment_id == piece.id] if piece is not None else []
    same += [RepairRequest.site_id == site.id] if site is not None else []
    if not same or not request.actor.may(Permission.REPAIRS_VIEW):
        return []
    return recent_requests(request.ctx, or_(*same) & RepairRequest.state.in_(mergeable_states(request.ctx)))
