"""Media over the API."""

from __future__ import annotations

import hashlib
from typing import Any

from pyramid.request import Request
from pyramid.response import Response

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, StorageFull, TooLarge, TooMany, UnsupportedMedia
from shuhua_core.kernel.scope import covers
from shuhua_core.media.service import MediaService

from ..api import Reply, api_view, key_space, record_id
from ..api.multipart import one_file
from ..limits import limit_uploads
from ..logging import REQUEST_ID
from ..security import PUBLIC
from .access import visible_media
from .items import MEDIA, VARIANTS, media_item, variants_of
from .serving import file_answer


def own_space(request: Request) -> str | None:
    """The hash of an anonymous caller's secret; None for who has signed in. Raises KeyMissing for a stranger without one."""
    space = key_space(request)
    return hashlib.sha256(space.encode()).hexdigest() if request.actor.user_id is None else None


@api_view(
    route_name="api.media.list",
    method="POST",
    permission=Permission.MEDIA_UPLOAD,
    tag="media",
    summary="Upload a file at once",
    description="For small files and good links; see `/uploads` for the others. A photo (JPEG, PNG, WebP, GIF, HEIC), "
    "video (MP4, MOV, WebM, 3GP) or sound recording (M4A, AAC, MP3, Ogg, WebM, AMR, WAV), judged by content. "
    "Name its id in `media_ids` of what it belongs to.",
    multipart={"file": {"type": "string", "format": "binary"}},
    answer=MEDIA,
    status=201,
    errors=(Invalid, StorageFull, TooLarge, TooMany, UnsupportedMedia),
)
def upload(request: Request) -> Reply:
    """Keep a file. It is on disk before the writing transaction begins, since drawing a photo anew takes long."""
    limit_uploads(request)
    settings = request.deployment.settings
    file = one_file(request, max(settings.upload_bytes, settings.video_bytes))
    space = own_space(request)
    try:
        stored = request.registry.media_store.receive(file)
    except (Invalid, TooLarge, UnsupportedMedia) as error:
        request.note_security("upload.rejected", code=error.code)
        raise
    media = MediaService(request.ctx).add(stored, space=space)
    return Reply(media_item(request, media), location=request.route_path("api.media.view", id=media.id))


@api_view(
    route_name="api.media.view",
    method="GET",
    permission=PUBLIC,
    tag="media",
    summary="Read what is known of a file",
    answer=MEDIA,
)
def view(request: Request) -> dict[str, Any]:
    """Kind, state and addresses of a file."""
    return media_item(request, visible_media(request, record_id(request)))


@api_view(
    route_name="api.media.file",
    method="GET",
    permission=PUBLIC,
    tag="media",
    summary="Fetch a file",
    description="`display`, `thumbnail` and `content` carry no metadata; `original` asks for `media.original`, and each fetch "
    "is in the log before it is answered. Takes `Range`.",
    answer={"type": "string", "format": "binary"},
    media_type="*/*",
    statuses=(416,),
)
def fetch(request: Request) -> Response:
    """One variant of a file."""
    variant = request.matchdict["variant"]
    if variant not in VARIANTS:
        raise NotFound
    media = visible_media(request, record_id(request))
    path = request.registry.media_store.path(media.key, variant)
    if variant == "original":
        if not covers(media, request.actor, Permission.MEDIA_ORIGINAL):
            raise NotAllowed
        if not path.is_file():
            raise NotFound
        deployment = request.deployment
        with deployment.database.write() as session:
            session.info["request_id"] = request.environ.get(REQUEST_ID)
            MediaService(deployment.context(session, request.actor)).note_original_read(media)
        return file_answer(request, path, "application/octet-stream", name=str(media.id), attachment=True)
    if variant not in variants_of(media):
        raise NotFound
    content_type = (media.shown_type or "application/octet-stream") if variant == "content" else "image/jpeg"
    return file_answer(request, path, content_type, name=str(media.id))
