"""Media over the API."""

from __future__ import annotations

import hashlib
from typing import Any

from pyramid.request import Request
from pyramid.response import FileResponse

from shuhua_core.accounts.permissions import Permission
from shuhua_core.audit.security import write_security
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, TooLarge, UnsupportedMedia
from shuhua_core.kernel.scope import covers
from shuhua_core.media.models import MediaFile
from shuhua_core.media.service import MediaService

from ..api import Out, Reply, Serializer, api_view, key_space, record_id
from ..api.multipart import one_file
from ..logging import request_id
from ..security import PUBLIC
from .access import visible_media

VARIANTS = ("shown", "thumbnail", "original")

MEDIA = Serializer(
    "Media",
    [
        Out("id", "integer"),
        Out("sha256", "string", description="Of the bytes that were received: delete your copy only after comparing."),
        Out("size", "integer"),
        Out("content_type", "string"),
        Out("width", "integer"),
        Out("height", "integer"),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
    description="A stored picture.",
)


def media_item(request: Request, media: MediaFile) -> dict[str, Any]:
    """A picture as plain values, with the addresses of its variants."""
    links = {variant: request.route_path("api.media.file", id=media.id, variant=variant) for variant in VARIANTS[:2]}
    return MEDIA.one(media, links=links)


@api_view(
    route_name="api.media.list",
    method="POST",
    permission=Permission.MEDIA_UPLOAD,
    tag="media",
    summary="Upload a picture",
    description="JPEG, PNG or WebP, judged by content. Name its id in `media_ids` of what it belongs to.",
    multipart={"file": {"type": "string", "format": "binary"}},
    answer=MEDIA,
    status=201,
    errors=(Invalid, TooLarge, UnsupportedMedia),
)
def upload(request: Request) -> Reply:
    """Keep a picture. It is on disk before the writing transaction begins, since drawing it anew takes long."""
    file = one_file(request, request.deployment.settings.upload_bytes)
    owner = hashlib.sha256(key_space(request).encode()).hexdigest()
    space = owner if request.actor.user_id is None else None
    picture = request.registry.media_store.receive(file)
    media = MediaService(request.ctx).add(picture, space=space)
    return Reply(media_item(request, media), location=request.route_path("api.media.file", id=media.id, variant="shown"))


@api_view(
    route_name="api.media.file",
    method="GET",
    permission=PUBLIC,
    tag="media",
    summary="Fetch a picture",
    description="`shown` and `thumbnail` carry no metadata; `original` asks for `media.original`, and each fetch is logged.",
    answer={"type": "string", "format": "binary"},
    media_type="image/*",
)
def fetch(request: Request) -> FileResponse:
    """One variant of a picture."""
    variant = request.matchdict["variant"]
    if variant not in VARIANTS:
        raise NotFound
    media = visible_media(request, record_id(request))
    if variant == "original":
        if not covers(media, request.actor, Permission.MEDIA_ORIGINAL):
            raise NotAllowed
        write_security(
            request.deployment.database,
            "media.original_read",
            now=request.ctx.now,
            actor=request.actor,
            record_kind="media",
            record_id=media.id,
            request_id=request_id(request),
            address=request.client_address,
        )
    path = request.registry.media_store.path(media.key, variant)
    if not path.is_file():
        raise NotFound
    content_type = media.content_type if variant == "original" else "image/jpeg"
    response = FileResponse(str(path), request=request, content_type=content_type)
    disposition = "attachment" if variant == "original" else "inline"
    response.headers["Content-Disposition"] = f'{disposition}; filename="{media.id}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store" if variant == "original" else "private, max-age=3600"
    return response
