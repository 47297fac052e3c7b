"""Uploading pictures into a form of the office, before the form itself is sent."""

from __future__ import annotations

import re

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import Invalid, ServiceError
from shuhua_core.media.service import MediaService

from .pictures import MOST, SentPictures, picture_field, too_many


@view_config(route_name="media.pictures", permission=Permission.MEDIA_UPLOAD, request_method="POST")
def upload(request: Request) -> Response:
    """Keep the pictures and answer the field anew with them; what is wrong with one stands there too."""
    oid = request.matchdict["oid"]
    before = [int(each) for each in request.POST.getall("media_ids") if re.fullmatch(r"[0-9]{1,18}", str(each))]
    sent = SentPictures.of(request)
    error: ServiceError | None = sent.error
    added: list[int] = []
    if error is None and len(before) + len(sent.kept) > MOST:
        error = too_many()
    elif error is None:
        media = MediaService(request.ctx)
        added = [media.add(each).id for each in sent.kept]
    text = None
    if error is not None:
        text = next(iter(error.errors.values())) if isinstance(error, Invalid) else error.message
    return Response(picture_field(request, oid, [*before, *added], error=text), status=200 if error is None else 422)
