"""The page of a piece: what it is, whether it may be used, what is reported already, and two taps to a report."""

from __future__ import annotations

import hashlib
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import select

from shuhua_core.archives.models import ProductModel
from shuhua_core.kernel.errors import NotFound, TooMany
from shuhua_core.media.models import MediaFile
from shuhua_core.repairs.faults import FAULTS, fault_label
from shuhua_core.repairs.followers import FollowerService
from shuhua_core.repairs.machine import MACHINE
from shuhua_core.repairs.schema import PublicReport
from shuhua_core.repairs.service import RepairService
from shuhua_core.sites.codes import normalise
from shuhua_core.sites.labels.models import Label
from shuhua_core.sites.labels.scans import note_scan
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.states import PUBLIC_WORDS

from .. import formats
from ..forms import form_for
from ..i18n import _
from ..limits import limit_reports, limit_wrong_codes
from ..media.pictures import SentPictures
from ..media.serving import file_answer
from ..security import PUBLIC, derive
from ..sites.label_api import count_scan
from .nearby import public_site
from .pages import name_of, page, picture_of, sent_position, state_of, visitor

NOT_ASKED = ("code", "equipment_id", "site_id", "media_ids", "captured_at", "position", "address")
"""Fields of a public report that this page knows by itself."""
TEMPLATE = "templates/piece.pt"


def piece_of(request: Request) -> Equipment:
    """The piece whose label carries the code in the path. Raises NotFound."""
    code = normalise(request.matchdict["code"])
    piece = request.dbsession.scalars(select(Equipment).where(Equipment.code == code)).one_or_none()
    if piece is None:
        raise NotFound(_("There is no such code. Check the label and type it again."))
    return piece


@view_config(route_name="public.piece", request_method=("GET", "POST"), permission=PUBLIC, renderer=TEMPLATE)
def piece(request: Request) -> Any:
    """The piece by the code on its label."""
    try:
        answer = _answer(request, piece_of)
    except NotFound:
        if request.method == "GET":
            limit_wrong_codes(request)
            unused = _unused_label(request)
            if unused is not None:
                return unused
        raise
    if request.method == "GET":
        count_scan(request, normalise(request.matchdict["code"]))
    return answer


def _unused_label(request: Request) -> Response | None:
    """What to say of a label that was printed and is on no piece."""
    code = normalise(request.matchdict["code"])
    state = request.dbsession.scalar(select(Label.state).where(Label.code == code))
    if state is None:
        return None
    count_scan(request, code)
    retired = state == "retired"
    text = _("This label is no longer valid.") if retired else _("This label is not on a piece of equipment yet.")
    values = page(request, text, code=code)
    return render_to_response("shuhua_web:public/templates/unused.pt", values, request=request)


@view_config(route_name="public.site.piece", request_method=("GET", "POST"), permission=PUBLIC, renderer=TEMPLATE)
def piece_of_site(request: Request) -> Any:
    """A piece of a public site, found without its label."""

    def found(request: Request) -> Equipment:
        site = public_site(request)
        piece = request.dbsession.get(Equipment, int(request.matchdict["piece"]))
        if piece is None or piece.site_id != site.id:
            raise NotFound
        return piece

    return _answer(request, found)


def _answer(request: Request, find: Any) -> Any:
    # Counting and drawing pictures anew come before the writing session opens: other writers would wait for them.
    refused: TooMany | None = None
    sent = SentPictures()
    if request.method == "POST":
        try:
            limit_reports(request)
            sent = SentPictures.of(request)
        except TooMany as error:
            refused = error
    found = find(request)
    form = form_for(PublicReport, request, submit=_("Send the report"), omit=NOT_ASKED)

    def save(data: dict[str, Any]) -> str:
        token = derive(request.deployment.settings.secret, "report", visitor(request), form.key)
        space = hashlib.sha256(visitor(request).encode()).hexdigest()
        values = {**data, "code": found.code, "position": sent_position(request)}
        values = sent.join(request, values, space=space)
        request.service(RepairService).report_public(values, token=token, space=space, piece=found)
        if found.code and values["position"]:
            note_scan(request.ctx, found.code, values["position"]["longitude"], values["position"]["latitude"])
        return request.route_path("public.report", token=token)

    if refused is not None:
        form.read()
        form.refuse(refused)
    else:
        answer = form.answer(save, done=_("Thank you. Your report has arrived. Keep this page to follow it."))
        if answer is not None:
            return answer
    return _page(request, found, form)


def _page(request: Request, found: Equipment, form: Any) -> dict[str, Any]:
    session, locale = request.dbsession, request.locale_name
    model = session.get_one(ProductModel, found.model_id)
    place = session.scalar(select(Site.name).where(Site.id == found.site_id)) if found.site_id else None
    words, tone = state_of(request, found.state)
    states = MACHINE.newest(request.ctx).states
    zone = request.deployment.settings.timezone
    return page(
        request,
        name_of(request, found, model),
        place=" · ".join(each for each in (place, found.place) if each),
        model=model.number,
        picture=picture_of(request, found),
        state=words,
        tone=tone,
        do_not_use=not PUBLIC_WORDS[found.state].usable,
        successor=_successor(request, found),
        usage=model.usage,
        code=found.code,
        reports=[
            {
                "fault": fault_label(each.fault, locale),
                "state": states[each.state].label(locale),
                "on": formats.day(each.created_at.astimezone(zone).date()),
                "people": each.people,
                "join": request.route_path("public.join", code=found.code, id=each.id) if found.code else None,
            }
            for each in request.service(FollowerService).open_reports(found)
        ],
        faults=[(code, labels[locale == "en"]) for code, labels in FAULTS.offered(model.type).items()],
        form=form,
    )


def _successor(request: Request, found: Equipment) -> str | None:
    """The page of the piece that took its place, where that has a label."""
    if found.replaced_by_id is None:
        return None
    code = request.dbsession.scalar(select(Equipment.code).where(Equipment.id == found.replaced_by_id))
    return str(request.route_path("public.piece", code=code)) if code else None


@view_config(route_name="public.join", request_method="POST", permission=PUBLIC)
def join(request: Request) -> HTTPSeeOther:
    """Join an open report ("me too") instead of making another one, and follow it."""
    limit_reports(request)
    found, repair_id = piece_of(request), request.matchdict["id"]
    if len(repair_id) > 18:
        raise NotFound
    token = derive(request.deployment.settings.secret, "me-too", visitor(request), repair_id)
    request.service(FollowerService).join(found, int(repair_id), token=token)
    return HTTPSeeOther(request.route_path("public.report", token=token))


@view_config(route_name="public.picture", request_method="GET", permission=PUBLIC)
def picture(request: Request) -> Response:
    """The picture that stands for a piece: drawn anew, without metadata. No other file is given here."""
    if len(request.matchdict["id"]) > 18 or len(request.matchdict["piece"]) > 18:
        raise NotFound
    found = request.dbsession.get(Equipment, int(request.matchdict["piece"]))
    if found is None or picture_of(request, found) != request.path:
        raise NotFound
    media = request.dbsession.get_one(MediaFile, int(request.matchdict["id"]))
    path = request.registry.media_store.path(media.key, "thumbnail" if "small" in request.GET else "display")
    return file_answer(request, path, "image/jpeg", name=str(media.id))
