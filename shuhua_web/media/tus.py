"""Upload in pieces: tus 1.0 (https://tus.io/protocols/resumable-upload), for phones on bad links.

Each call does its own short transactions: the bytes of a piece are written outside of any, so that nobody waits behind a phone.
"""

from __future__ import annotations

import base64
import binascii
import re
from email.utils import format_datetime
from io import BytesIO
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config
from pyramid_retry import is_error_retryable

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import (
    ChecksumMismatch,
    Expired,
    Invalid,
    Malformed,
    StorageFull,
    TooLarge,
    TooMany,
    UploadLocked,
    WrongOffset,
    WrongState,
)
from shuhua_core.media.models import MediaFile
from shuhua_core.media.uploads import ALGORITHMS, Checksum, Uploads, UploadStatus

from ..api import Out, Reply, Serializer, api_view
from ..errors import WebError, WrongContentType
from ..i18n import _
from ..limits import limit_uploads
from ..security import PUBLIC
from .api import own_space
from .items import MEDIA, media_item

VERSION = "1.0.0"
PIECE = "application/offset+octet-stream"
_HEX = re.compile(r"[0-9a-f]{64}")
_WHOLE = re.compile(r"[0-9]{1,15}")
_TUS = {"Tus-Resumable": f"The version of the protocol, `{VERSION}`."}

UPLOAD = Serializer(
    "Upload",
    [
        Out("id", "string"),
        Out("offset", "integer", description="Bytes that are safely kept."),
        Out("length", "integer"),
        Out("expires_at", "moment"),
        Out("sha256", "string", nullable=True, description="Of the whole, once it is there: the receipt."),
        Out("media", MEDIA, nullable=True, description="The file that came of it."),
    ],
    description="A file that is being sent in pieces.",
)


def uploads_of(request: Request) -> Uploads:
    """The caller's uploads. Raises KeyMissing for a stranger without a secret."""
    return Uploads(request.deployment, request.registry.media_store, request.actor, own_space(request))


def check_version(request: Request) -> None:
    """Raises 412 for another version of the protocol, as it asks."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise WebError(412, "tus_version", _("Send Tus-Resumable: 1.0.0."), Tus_Version=VERSION, Tus_Resumable=VERSION)


def whole_number(request: Request, name: str) -> int:
    """A header that is a whole number. Raises Malformed."""
    sent = request.headers.get(name, "")
    if not _WHOLE.fullmatch(sent):
        raise Malformed(_("${name} must be a whole number.", mapping={"name": name}))
    return int(sent)


def announced(request: Request) -> str | None:
    """The SHA-256 that ``Upload-Metadata`` announces for the whole. Names and types that stand there are not kept."""
    found: dict[str, str] = {}
    for pair in filter(None, (each.strip() for each in request.headers.get("Upload-Metadata", "").split(","))):
        key, _space, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode()
        except ValueError as error:
            raise Malformed(_("Upload-Metadata could not be read.")) from error
    digest = found.get("sha256", "").lower()
    if digest and not _HEX.fullmatch(digest):
        raise Malformed(_("Upload-Metadata could not be read."))
    return digest or None


def checksum_of(request: Request) -> Checksum | None:
    """What ``Upload-Checksum`` says that this piece has. Raises Malformed."""
    sent = request.headers.get("Upload-Checksum")
    if sent is None:
        return None
    algorithm, _space, value = sent.strip().partition(" ")
    try:
        digest = base64.b64decode(value.strip(), validate=True)
    except binascii.Error as error:
        raise Malformed(_("Upload-Checksum could not be read.")) from error
    if algorithm not in ALGORITHMS:
        raise Malformed(_("Upload-Checksum takes ${names}.", mapping={"names": ", ".join(ALGORITHMS)}))
    return Checksum(algorithm, digest)


def free_body(request: Request) -> None:
    """Close the file into which a piece was copied, but where the request is going to be tried once more."""
    again = request.exception is not None and is_error_retryable(request, request.exception)
    if not again and not isinstance(request.body_file_raw, BytesIO):
        request.body_file_raw.close()


def headers_of(status: UploadStatus) -> dict[str, str]:
    """How far an upload is, as headers; the receipt where it is finished."""
    headers = {
        "Tus-Resumable": VERSION,
        "Upload-Offset": str(status.offset),
        "Upload-Expires": format_datetime(status.expires_at, usegmt=True),
        "Cache-Control": "no-store",
    }
    if status.finished:
        headers |= {"Upload-Sha256": status.sha256 or "", "Upload-Media-Id": str(status.media_id)}
    return headers


@view_config(route_name="api.uploads.list", request_method="OPTIONS", permission=PUBLIC)
@view_config(route_name="api.uploads.view", request_method="OPTIONS", permission=PUBLIC)
def options(request: Request) -> Response:
    """What this server can do."""
    settings = request.deployment.settings
    return Response(
        status=204,
        headers={
            "Tus-Resumable": VERSION,
            "Tus-Version": VERSION,
            "Tus-Extension": "creation,checksum,expiration,termination",
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
            "Tus-Max-Size": str(max(settings.upload_bytes, settings.video_bytes)),
        },
    )


@api_view(
    route_name="api.uploads.list",
    method="POST",
    permission=Permission.MEDIA_UPLOAD,
    tag="media",
    summary="Begin an upload in pieces",
    description="tus 1.0 with creation, checksum, expiration and termination. `Upload-Metadata` may announce the `sha256` of "
    "the whole as hex. The answer's `Location` is where pieces go.",
    raw="",
    headers={**_TUS, "Upload-Length": "Bytes of the whole.", "Upload-Metadata": "As tus has it; optional."},
    status=201,
    statuses=(412,),
    errors=(Invalid, StorageFull, TooLarge, TooMany),
)
def create(request: Request) -> Reply:
    """Begin an upload."""
    check_version(request)
    if "Upload-Defer-Length" in request.headers:
        raise Malformed(_("Say how long the file is."))
    length, digest = whole_number(request, "Upload-Length"), announced(request)
    limit_uploads(request)
    status = uploads_of(request).create(length, digest)
    return Reply({}, location=request.route_path("api.uploads.view", upload=status.public_id), headers=headers_of(status))


@api_view(
    route_name="api.uploads.view",
    method="GET",
    permission=Permission.MEDIA_UPLOAD,
    tag="media",
    summary="Ask how far an upload is",
    description="`HEAD` answers with `Upload-Offset` and `Upload-Length` alone, as tus has it.",
    answer=UPLOAD,
    errors=(Expired, UploadLocked, ChecksumMismatch, TooLarge),
)
def view(request: Request) -> Reply:
    """How far it is; the media record when it is finished."""
    if request.method == "HEAD":
        check_version(request)
    status = uploads_of(request).status(request.matchdict["upload"])
    headers = {**headers_of(status), "Upload-Length": str(status.length)}
    if request.method == "HEAD":
        return Reply(Response(status=200, headers=headers))
    return Reply(as_json(request, status), headers=headers)


def as_json(request: Request, status: UploadStatus) -> dict[str, Any]:
    """An upload as plain values."""
    media = request.ctx.session.get(MediaFile, status.media_id) if status.media_id is not None else None
    item = media_item(request, media) if media is not None else None
    return UPLOAD.one(status, id=status.public_id, media=item)


@api_view(
    route_name="api.uploads.view",
    method="PATCH",
    permission=Permission.MEDIA_UPLOAD,
    tag="media",
    summary="Send a piece",
    description="The bytes from `Upload-Offset` on, a few MiB of them; what is answered 204 is on disk. The last piece's "
    "answer carries `Upload-Sha256` and `Upload-Media-Id`.",
    raw=PIECE,
    headers={**_TUS, "Upload-Offset": "Where the piece begins.", "Upload-Checksum": "Optional: algorithm and digest in Base64."},
    status=204,
    statuses=(412,),
    errors=(ChecksumMismatch, Expired, StorageFull, TooLarge, UploadLocked, WrongOffset),
)
def append(request: Request) -> Reply:
    """Add a piece."""
    check_version(request)
    if request.content_type.lower() != PIECE:
        raise WrongContentType(PIECE)
    offset, checksum = whole_number(request, "Upload-Offset"), checksum_of(request)
    uploads = uploads_of(request)
    request.add_finished_callback(free_body)
    status = uploads.append(
        request.matchdict["upload"], offset, request.body_file_seekable, request.content_length or 0, checksum
    )
    return Reply({}, headers=headers_of(status))


@api_view(
    route_name="api.uploads.view",
    method="DELETE",
    permission=Permission.MEDIA_UPLOAD,
    tag="media",
    summary="Give an upload up",
    headers=_TUS,
    status=204,
    statuses=(412,),
    errors=(Expired, UploadLocked, WrongState),
)
def terminate(request: Request) -> Reply:
    """Forget an upload that is not finished."""
    check_version(request)
    uploads_of(request).terminate(request.matchdict["upload"])
    return Reply({}, headers={"Tus-Resumable": VERSION})
