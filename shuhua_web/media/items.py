"""A media record as the API shows it."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.scope import covers
from shuhua_core.media.models import MediaFile
from shuhua_core.media.refusals import reason_text

from ..api import Out, Serializer

VARIANTS = ("thumbnail", "display", "content", "original")

MEDIA = Serializer(
    "Media",
    [
        Out("id", "integer"),
        Out("kind", {"type": "string", "enum": ["photo", "video", "audio"]}, description="By content, not by name."),
        Out("content_type", "string", description="Of what was received."),
        Out(
            "state",
            {"type": "string", "enum": ["processing", "ready", "refused"]},
            description="`processing` until the worker has looked at the file; it may be attached meanwhile.",
        ),
        Out("reason", "string", nullable=True, description="Why it was refused, for people."),
        Out("size", "integer"),
        Out("sha256", "string", description="Of the bytes that were received: delete your copy only after comparing."),
        Out("width", "integer", nullable=True, description="Of the picture that is displayed."),
        Out("height", "integer", nullable=True),
        Out("seconds", "number", nullable=True),
        Out("created_at", "moment"),
        Out(
            "links",
            {"type": "object", "additionalProperties": {"type": "string"}},
            description="`thumbnail` and `display` (JPEG), `content` (what a player plays), `original`: those that there are "
            "and that you may fetch.",
        ),
    ],
    description="A photo, video or sound recording.",
)


def variants_of(media: MediaFile) -> list[str]:
    """What there is to show of a file."""
    if media.state != "ready":
        return []
    found = ["thumbnail", "display"] if media.width is not None else []
    return [*found, "content"] if media.shown_type is not None else found


def media_item(request: Request, media: MediaFile) -> dict[str, Any]:
    """A file as plain values, with the addresses of what the caller may fetch."""
    shown = variants_of(media)
    if covers(media, request.actor, Permission.MEDIA_ORIGINAL):
        shown.append("original")
    links = {variant: request.route_path("api.media.file", id=media.id, variant=variant) for variant in shown}
    reason = reason_text(media.reason)
    return MEDIA.one(media, links=links, reason=request.tr(reason) if reason is not None else None)
