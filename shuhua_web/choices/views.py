"""The pages of choice lists: the lists, the words of one, and the forms that keep them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from shuhua_core.accounts.permissions import Permission
from shuhua_core.choices.lists import ChoiceList, lists
from shuhua_core.choices.schema import TYPES, NewWord, Word
from shuhua_core.choices.service import ChoiceService
from shuhua_core.kernel.choice_store import ChoiceEntry
from shuhua_core.kernel.choices import CodeList, book
from shuhua_core.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, VersionStale, WrongState

from .. import formats
from ..api import record_id
from ..forms import form_for
from ..i18n import _
from ..layout import Crumb, crumbs, flash
from ..records import PostButton, Table
from ..widgets import choice_widget
from .api import carry_out

EDIT = Permission.CHOICES_EDIT
TITLE = _("Choice lists")
TABLES = "shuhua_web:templates/tables.pt"
FORM = "shuhua_web:templates/form.pt"
KEEPERS = {"quality": _("Quality engineer"), "office": _("Administrator")}
DONE = {
    "up": _("The word was moved."),
    "down": _("The word was moved."),
    "retire": _("The word was retired: records keep it, new entries don't offer it."),
    "restore": _("The word is offered again."),
    "remove": _("The word was removed."),
}


@view_config(route_name="choices.list", permission=EDIT, request_method="GET", renderer=TABLES)
def list_lists(request: Request) -> dict[str, Any]:
    """All lists, with who keeps them."""
    locale, held, rows = request.locale_name, book(), []
    for each in lists().values():
        words = held.lists.get(each.name, {}).values()
        used = [word for word in words if word.retired_at is None]
        name = Markup('<a href="{}">{}</a>').format(request.route_path("choices.view", name=each.name), each.label(locale))
        first = ", ".join(word.labels[locale == "en"] for word in used[:3]) + (" …" if len(used) > 3 else "")
        counts = (formats.number(len(used)), formats.number(len(words) - len(used)))
        rows.append(
            ((name, Markup('<span class="grid-wrap">{}</span>').format(first), *counts, request.tr(KEEPERS[each.keeper])), ())
        )
    heads = (_("List"), _("Words"), _("In use"), _("Retired"), _("Kept by"))
    return {
        "title": TITLE,
        "intro": _("What forms, filters, phones and reports offer to choose from. A change is seen everywhere at once."),
        "tables": [Table(TITLE, heads, rows)],
    }


@view_config(route_name="choices.view", permission=EDIT, request_method="GET", renderer=TABLES)
def view_list(request: Request) -> dict[str, Any]:
    """The words of one list, with how often they are used."""
    service, name = request.service(ChoiceService), request.matchdict["name"]
    known = service.list_of(name)
    words, usage, may = service.words(name), service.usage(name), service.may_change(known)
    used = [each for each in words if each.retired_at is None]
    retired = [each for each in words if each.retired_at is not None]
    line = _Line(request, known, usage, may=may, last=len(used) == 1, words=words)
    title = known.label(request.locale_name)
    shown = [Table(_("In use"), line.heads, [line.row(each, used) for each in used])]
    if retired:
        note = _("Records keep these words; new entries don't offer them.")
        shown.append(Table(_("Retired"), line.heads, [line.row(each, retired) for each in retired], note=note))
    return {
        "title": title,
        "crumbs": crumbs(request, (TITLE, "choices.list"), (title, None)),
        "links": [(_("New word"), request.route_path("choices.new", name=name))] if may else [],
        "tables": shown,
    }


class _Line:
    """Makes the rows of one list."""

    def __init__(
        self, request: Request, known: ChoiceList, usage: Any, *, may: bool, last: bool, words: Sequence[ChoiceEntry]
    ) -> None:
        self._request, self._known, self._usage, self._may, self._last = request, known, usage, may, last
        # Columns that are empty take their room from the others.
        self._noted, self._typed = any(each.note for each in words), any(each.applies_to for each in words)
        more = [_("For types of equipment")] * self._typed + [_("Shown on the map as")] * known.parents
        self.heads = (_("Code", context="choice"), _("Chinese"), _("English"), *more, *[_("Note")] * self._noted, _("Used"))

    def row(self, entry: ChoiceEntry, beside: Sequence[ChoiceEntry]) -> tuple[Sequence[Any], Sequence[PostButton]]:
        """The cells of a word, and what may be done with it."""
        locale, request = self._request.locale_name, self._request
        code: Any = entry.code
        if self._may:
            code = Markup('<a href="{}">{}</a>').format(request.route_path("choices.edit", id=entry.id), entry.code)
        more = []
        if self._typed:
            types = [TYPES.label(each, locale) for each in entry.applies_to or ()]
            more.append(", ".join(types) or request.tr(_("All", context="types")))
        if self._known.parents:
            more.append(CodeList(self._known.name).label(entry.parent, locale))
        cells = (
            code,
            entry.zh,
            entry.en,
            *more,
            *[entry.note or ""] * self._noted,
            formats.number(self._usage.get(entry.code, 0)),
        )
        return cells, self._buttons(entry, beside) if self._may else ()

    def _buttons(self, entry: ChoiceEntry, beside: Sequence[ChoiceEntry]) -> list[PostButton]:
        fixed = entry.code in self._known.fixed
        if entry.retired_at is not None:
            offered = ["restore"]
        else:
            offered = ["up"] * (entry is not beside[0]) + ["down"] * (entry is not beside[-1])
            offered += ["retire"] * (not fixed and not self._last)
        if not fixed and not self._usage.get(entry.code) and not (self._last and entry.retired_at is None):
            offered.append("remove")
        return [self._button(entry, action) for action in offered]

    def _button(self, entry: ChoiceEntry, action: str) -> PostButton:
        labels: dict[str, Any] = {
            "up": "↑",
            "down": "↓",
            "retire": _("Retire", context="choice"),
            "restore": _("Take back into use"),
            "remove": _("Remove", context="choice"),
        }
        tone = "danger" if action == "remove" else "secondary"
        address = self._request.route_path("choices.act", id=entry.id, action=action)
        hint = {"up": _("Up"), "down": _("Down")}.get(action)
        return PostButton(labels[action], address, tone, {"version": str(entry.version)}, hint)


@view_config(route_name="choices.new", permission=EDIT, renderer=FORM)
def new(request: Request) -> Any:
    """Add a word."""
    name = request.matchdict["name"]
    known = lists().get(name)
    if known is None:
        raise NotFound
    if not request.actor.may(known.permission):
        raise NotAllowed
    back = str(request.route_path("choices.view", name=name))
    form = form_for(NewWord, request, submit=_("Add"), cancel=back, omit=_unasked(known), widgets=_widgets(request, known))

    def save(data: dict[str, Any]) -> str:
        request.service(ChoiceService).add(name, data)
        return back

    title = _("New word")
    return form.answer(save, done=_("The word was added.")) or form.page(title, crumbs=_way(request, known, title))


@view_config(route_name="choices.edit", permission=EDIT, renderer=FORM)
def edit(request: Request) -> Any:
    """Call a word something else."""
    with request.deployment.database.read() as session:
        service = ChoiceService(request.deployment.context(session, request.actor))
        entry = service.own_word(record_id(request))
        known = service.list_of(entry.list_name)
    back = str(request.route_path("choices.view", name=known.name))
    initial = {name: getattr(entry, name) for name in ("zh", "en", "applies_to", "parent", "note")}
    options: dict[str, Any] = {"omit": _unasked(known), "widgets": _widgets(request, known)}
    form = form_for(Word, request, cancel=back, initial=initial, version=entry.version, **options)

    def save(data: dict[str, Any]) -> str:
        request.service(ChoiceService).change(entry.id, data, expected_version=form.version)
        return back

    title = _("Change ${code}", mapping={"code": entry.code})
    return form.answer(save, done=_("Saved.")) or form.page(title, crumbs=_way(request, known, title))


@view_config(route_name="choices.act", permission=EDIT, request_method="POST")
def act(request: Request) -> HTTPSeeOther:
    """Move, retire, restore or remove a word; a refusal is said on the page of the list."""
    service, action = request.service(ChoiceService), request.matchdict["action"]
    name = service.word(record_id(request)).list_name
    seen = request.POST.get("version")
    version = int(seen) if isinstance(seen, str) and re.fullmatch(r"[0-9]{1,9}", seen) else None
    try:
        carry_out(service, record_id(request), action, version)
        flash(request, DONE[action])
    except Invalid as error:
        flash(request, next(iter(error.errors.values())), "danger")
    except (Conflict, VersionStale, WrongState) as error:
        flash(request, error.message, "danger")
    return HTTPSeeOther(request.route_path("choices.view", name=name))


def _unasked(known: ChoiceList) -> list[str]:
    return ["applies_to"] * (not known.by_type) + ["parent"] * (not known.parents)


def _widgets(request: Request, known: ChoiceList) -> dict[str, Any]:
    """Of a kind of site, those that came with the system to choose from."""
    if not known.parents:
        return {}
    own = CodeList(known.name)
    return {"parent": choice_widget({code: own[code] for code, _zh, _en in known.words if code in own}, request.locale_name)}


def _way(request: Request, known: ChoiceList, title: Any) -> Sequence[Any]:
    own = Crumb(known.label(request.locale_name), request.route_path("choices.view", name=known.name))
    return [*crumbs(request, (TITLE, "choices.list")), own, Crumb(title)]
