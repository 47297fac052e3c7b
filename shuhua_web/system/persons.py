"""A person asks what is stored about them, or to be forgotten. Phones travel in forms, never in addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import FileIter, Response
from pyramid.view import view_config

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.phones import normalise
from shuhua_core.kernel.errors import Invalid, NotFound
from shuhua_core.media.store import MediaStore
from shuhua_core.privacy.persons import Person, PersonSchema, PersonService
from shuhua_web import formats
from shuhua_web.forms import form_for
from shuhua_web.i18n import _
from shuhua_web.layout import flash

ERASE = Permission.PERSONS_ERASE
PAGE = "shuhua_web:system/templates/person.pt"
LABELS: Mapping[str, Any] = {
    "user": _("Account"),
    "repairs": _("Repair requests"),
    "steps": _("Steps"),
    "followers": _("Followed reports"),
    "contacts": _("Contacts"),
    "customers": _("Customers"),
    "messages": _("Messages"),
    "sessions": _("Sessions"),
    "held": _("Quarantine"),
    "media": _("Pictures"),
}


@view_config(route_name="persons.find", permission=ERASE, renderer="shuhua_web:templates/form.pt")
def find(request: Request) -> Any:
    """Say who is meant, and see how much there is."""
    form = form_for(PersonSchema, request, submit=_("Search"))
    found: list[Person] = []

    def save(data: dict[str, Any]) -> str:
        try:
            found.append(request.service(PersonService).find(data))
        except NotFound as error:
            raise Invalid({"": error.message}) from error
        return str(request.path)

    response = form.answer(save, once=False)
    if found:
        return _page(request, found[0], request.POST)
    intro = _("For somebody who asks what is stored about them, or to be forgotten. Make sure that it is really they who ask.")
    return response or form.page(_("A person's data"), intro=intro)


@view_config(route_name="persons.export", permission=ERASE, request_method="POST")
def export(request: Request) -> Any:
    """The file with everything."""
    file = request.service(PersonService).export(_who(request), MediaStore(request.deployment.settings))
    response = Response(app_iter=FileIter(file), content_type="application/zip")
    response.content_disposition = "attachment; filename=person.zip"
    return response


@view_config(route_name="persons.erase", permission=ERASE, request_method="POST")
def erase(request: Request) -> Any:
    """Erase, if what was typed a second time is the same."""
    service, who = request.service(PersonService), _who(request)
    person = service.find(who)
    typed = str(request.POST.get("confirm", ""))
    same = {person.phone, person.user.login if person.user else None} - {None}
    if normalise(typed) not in same and typed.strip().lower() not in same:
        request.response.status_int = 422
        return _page(request, person, request.POST, problem=_("What you typed is not the same. Nothing was erased."), status=422)
    service.erase(who)
    flash(request, _("The person was erased."))
    return HTTPSeeOther(request.route_path("persons.find"))


def _who(request: Request) -> dict[str, Any]:
    return {name: str(request.POST.get(name) or "") or None for name in ("phone", "login")}


def _page(request: Request, person: Person, sent: Mapping[str, Any], problem: Any = None, status: int = 200) -> Response:
    values = {
        "title": _("A person's data"),
        "figures": [(LABELS[name], formats.number(count)) for name, count in person.counts.items()],
        "phone": sent.get("phone", ""),
        "login": sent.get("login", ""),
        "problem": problem,
    }
    response = render_to_response(PAGE, values, request=request)
    response.status_int = status
    return response
