"""Pictures as one form with one file. What is kept is on disk, synced, before the database or the caller hears of it."""

from __future__ import annotations

from typing import Any, BinaryIO

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import Invalid, Malformed, TooLarge, UnsupportedMedia
from shuhua_core.media.service import MediaService
from shuhua_core.media.store import MediaStore

from ..errors import WrongContentType
from ..i18n import _
from .exactly_once import key_space
from .outputs import Out, Serializer
from .resource import api_view

ROOM_FOR_FORM = 10_000
"""Bytes that a form may have around its file."""

UPLOAD = Serializer(
    "Upload",
    [
        Out("id", "integer", description="Name it in `media_ids` of the record that the picture belongs to."),
        Out("sha256", "string", description="Of the file as it came in: compare it before you delete your copy."),
        Out("size", "integer", description="Bytes."),
        Out("content_type", "string"),
        Out("width", "integer"),
        Out("height", "integer"),
    ],
)


@api_view(
    route_name="api.uploads",
    method="POST",
    permission=Permission.MEDIA_UPLOAD,
    tag="uploads",
    summary="Upload a picture",
    description=(
        "JPEG, PNG or WebP, judged by content. "
        "Without an account, `Idempotency-Space` is needed, and only who sends the same one can use the picture."
    ),
    answer=UPLOAD,
    status=201,
    multipart={"file": {"type": "string", "format": "binary"}},
    errors=(TooLarge, UnsupportedMedia),
)
def upload(request: Request) -> dict[str, Any]:
    """Keep one picture. The file is received and drawn before the transaction begins, since that takes long."""
    settings = request.deployment.settings
    space = None if request.actor.user_id is not None else key_space(request)
    picture = MediaStore(settings.media_path, settings.upload_bytes).receive(_file(request, settings.upload_bytes))
    return UPLOAD.one(request.service(MediaService).add(picture, space=space))


def _file(request: Request, maximum: int) -> BinaryIO:
    """The one file of the form."""
    if request.content_type.lower() != "multipart/form-data":
        raise WrongContentType("multipart/form-data")
    if (request.content_length or 0) > maximum + ROOM_FOR_FORM:
        raise TooLarge(_("The file is larger than ${n} MB.", mapping={"n": maximum // 1_000_000}))
    try:
        form = request.POST
    except ValueError as error:  # no boundary, broken parts
        raise Malformed(_("The form could not be read.")) from error
    errors = {name[:100]: _("There is no such field.") for name in form if name != "file"}
    files = form.getall("file")
    if len(files) != 1 or not hasattr(files[0], "file"):
        errors["file"] = _("Send one file.")
    if errors:
        raise Invalid(errors)
    return files[0].file  # type: ignore[no-any-return]
