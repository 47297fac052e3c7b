"""Checklists: the list, what one asks, and the form that keeps it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pyramid.renderers import render
from pyramid.request import Request
from pyramid.view import view_config

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.kinds import EQUIPMENT_TYPES
from shuhua_core.inspections.checklists import ChecklistService, items_of
from shuhua_core.inspections.models import Checklist
from shuhua_core.inspections.schema import ITEMS_AT_MOST, ChecklistCreate, ChecklistEdit
from shuhua_core.inspections.words import OF

from .. import formats
from ..api import record_id
from ..archives.pages import label, record_link
from ..forms import form_for
from ..i18n import _
from ..layout import crumbs
from ..records import Action, Badge, Fact, Related
from ..widgets import FieldWidget

TITLE = _("Checklists")
BLANK_ROWS = 5
COLUMNS = ("code", "of", "zh", "en", "help_zh", "help_en", "types")
ROW = re.compile(r"items-([0-9]{1,3})-([a-z_]+)")


class ItemsTableWidget(FieldWidget):
    """The items as a table, a line each, with some empty lines at its end; a line without a question is left out."""

    template = "items-table"
    wide = True

    def __init__(self, request: Request, **kw: Any) -> None:
        super().__init__(**kw)
        self._request = request

    @property
    def grouped(self) -> bool:
        """Many controls."""
        return True

    def serialize(self, field: Any, cstruct: Any, **_kw: Any) -> str:
        """The table as HTML."""
        items = [each for each in cstruct if isinstance(each, Mapping)] if isinstance(cstruct, list) else []
        blank = min(BLANK_ROWS, ITEMS_AT_MOST - len(items))
        values = {
            "rows": [{name: each.get(name) or "" for name in COLUMNS} for each in [*items, *({} for _number in range(blank))]],
            "of": [(word, label(OF, word, self._request.locale_name)) for word in OF],
            "types": [(word, label(EQUIPMENT_TYPES, word, self._request.locale_name)) for word in EQUIPMENT_TYPES],
            "error": field.error,
        }
        return str(render("shuhua_web:inspections/templates/items.pt", values, request=self._request))

    def taken(self, _typed: Any) -> Any:
        """The lines that were filled in, from the fields of the form; empty ones are left out."""
        lines: dict[int, dict[str, Any]] = {}
        for name in dict.fromkeys(self._request.POST):
            match = ROW.fullmatch(name)
            if match and match[2] in COLUMNS:
                values = [each for each in self._request.POST.getall(name) if isinstance(each, str) and each.strip()]
                lines.setdefault(int(match[1]), {})[match[2]] = values if match[2] == "types" else (values[0] if values else None)
        filled = [each for _place, each in sorted(lines.items()) if any(each.get(name) for name in ("code", "zh", "en"))]
        return [{**each, "types": each.get("types") or []} for each in filled]


@view_config(
    route_name="checklists.list",
    permission=Permission.INSPECTIONS_VIEW,
    request_method="GET",
    renderer="shuhua_web:templates/record.pt",
)
def list_checklists(request: Request) -> dict[str, Any]:
    """All checklists, of which there are few."""
    zone, locale = request.deployment.settings.timezone, request.locale_name
    service = request.service(ChecklistService)
    rows = [
        (
            record_link(request, "checklists.view", each.id, each.number),
            each.label(locale),
            formats.number(len(service.version(each).items)),
            formats.number(each.version),
            request.tr(_("In use") if each.active else _("At rest")),
            formats.moment(each.updated_at, zone),
        )
        for each in service.all()
    ]
    heads = (_("Number"), _("Name", context="thing"), _("Items"), _("Version"), _("State"), _("Changed"))
    shown: dict[str, Any] = {
        "title": TITLE,
        "crumbs": crumbs(request, (_("Inspections"), "inspections.list"), (TITLE, None)),
        "groups": [],
        "relations": [Related(TITLE, heads, rows)],
    }
    if request.actor.may(Permission.CHECKLISTS_EDIT):
        shown["actions"] = [Action(_("New checklist"), request.route_path("checklists.new"), "primary")]
    return shown


@view_config(
    route_name="checklists.view",
    permission=Permission.INSPECTIONS_VIEW,
    request_method="GET",
    renderer="shuhua_web:templates/record.pt",
)
def view(request: Request) -> dict[str, Any]:
    """What a checklist asks now."""
    service, locale = request.service(ChecklistService), request.locale_name
    checklist = service.get(record_id(request))
    asked = service.version(checklist)
    rows = [
        (
            item.code,
            label(OF, item.of, locale),
            item.label(locale),
            item.help(locale),
            ", ".join(label(EQUIPMENT_TYPES, each, locale) for each in item.types),
        )
        for item in items_of(asked).values()
    ]
    heads = (_("Code", context="item"), _("Asked about"), _("Question"), _("Hint"), _("Types of equipment"))
    facts = [
        Fact(_("Number"), checklist.number),
        Fact(_("Version"), formats.number(checklist.version)),
        Fact(_("Changed"), formats.moment(checklist.updated_at, request.deployment.settings.timezone)),
    ]
    name = checklist.label(locale)
    shown: dict[str, Any] = {
        "title": name,
        "crumbs": crumbs(request, (TITLE, "checklists.list"), (name, None)),
        "badge": Badge(_("In use"), "done") if checklist.active else Badge(_("At rest"), "ended"),
        "groups": [("", facts)],
        "relations": [Related(_("Items"), heads, rows)],
    }
    if request.actor.may(Permission.CHECKLISTS_EDIT):
        shown["actions"] = [Action(_("Edit"), request.route_path("checklists.edit", id=checklist.id))]
    return shown


@view_config(route_name="checklists.new", permission=Permission.CHECKLISTS_EDIT, renderer="shuhua_web:templates/form.pt")
def new(request: Request) -> Any:
    """A new checklist."""
    address = request.route_path("checklists.list")
    form = form_for(ChecklistCreate, request, submit=_("Create"), cancel=address, widgets={"items": ItemsTableWidget(request)})

    def save(data: dict[str, Any]) -> str:
        made = request.service(ChecklistService).create(data)
        return str(request.route_path("checklists.view", id=made.id))

    title = _("New checklist")
    return form.answer(save, done=_("Saved.")) or form.page(title, crumbs=_way(request, title), intro=INTRO)


@view_config(route_name="checklists.edit", permission=Permission.CHECKLISTS_EDIT, renderer="shuhua_web:templates/form.pt")
def edit(request: Request) -> Any:
    """Another version of a checklist."""
    number = record_id(request)
    address = str(request.route_path("checklists.view", id=number))
    values: dict[str, Any] = {}
    checklist = request.service(ChecklistService).get(number) if request.method == "GET" else None
    if checklist is not None:
        values = {"initial": _initial(request, checklist), "version": checklist.version}
    form = form_for(ChecklistEdit, request, cancel=address, widgets={"items": ItemsTableWidget(request)}, **values)

    def save(data: dict[str, Any]) -> str:
        request.service(ChecklistService).edit(number, data, expected_version=form.version)
        return address

    answer = form.answer(save, done=_("Saved."))
    title = _("Change the checklist")
    return answer or form.page(title, crumbs=_way(request, title), intro=INTRO)


INTRO = _(
    "Inspections keep the version that they answered. An item is asked about each piece of the types chosen, or about the site."
)


def _way(request: Request, title: Any) -> Sequence[Any]:
    return crumbs(request, (TITLE, "checklists.list"), (title, None))


def _initial(request: Request, checklist: Checklist) -> dict[str, Any]:
    items = request.service(ChecklistService).version(checklist).items
    return {"name": checklist.name, "name_en": checklist.name_en, "active": checklist.active, "items": items}
