"""What every sheet has in common: its head, its pictures and signatures, and the answer that carries it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any
from urllib.parse import quote

from pyramid.request import Request
from pyramid.response import Response

from shuhua_core.media.models import MediaFile
from shuhua_core.media.service import MediaService
from shuhua_core.plugins.contracts import Photo, ReportData, Signature
from shuhua_core.plugins.runner import PluginRunner

from .. import formats


def head(request: Request, title: Any, number: str, route: str, record_id: int) -> dict[str, Any]:
    """What stands on every page: the arguments of :class:`ReportData` but for the fields. The QR leads to the record."""
    settings = request.deployment.settings
    return {
        "title": request.tr(title),
        "locale": request.locale_name,
        "printed_at": request.ctx.now.astimezone(settings.timezone),
        "printed_by": request.actor.name,
        "organisation": settings.maker,
        "number": number,
        "qr_text": request.route_url(route, id=record_id, _app_url=settings.origin.rstrip("/")),
    }


def answer(request: Request, report_type: str, data: ReportData) -> Response:
    """The sheet as the plugin that offers it makes it. Raises PermanentFailure or PluginFailed."""
    response = Response(body=build(request, report_type, data), content_type="application/pdf", charset=None)
    _set_headers(response, data)
    return response


def build(request: Request, report_type: str, data: ReportData) -> bytes:
    """The bytes of the PDF."""
    out = BytesIO()
    with PluginRunner(request.registry.plugins, clock=request.deployment.clock) as runner:
        runner.build(report_type, data, out)
    return out.getvalue()


def _set_headers(response: Response, data: ReportData) -> None:
    name = f"{data.title} {data.number}.pdf" if data.number else f"{data.title}.pdf"
    plain = re.sub(r"[^A-Za-z0-9-]+", "", data.number or "") or "sheet"
    response.headers["Content-Disposition"] = f"inline; filename=\"{plain}.pdf\"; filename*=UTF-8''{quote(name)}"
    response.headers["Cache-Control"] = "private, no-store"


def photos(request: Request, records: Mapping[tuple[str, int], str], most: int) -> list[Photo]:
    """The newest photos of records, given with the line below them, at most this many, oldest first."""
    wanted: dict[str, list[int]] = {}
    for kind, record_id in records:
        wanted.setdefault(kind, []).append(record_id)
    found = MediaService(request.ctx).of_records(wanted)
    captioned = [(each, caption) for key, caption in records.items() for each in found[key] if each.kind == "photo"]
    read = ((_display(request, each), caption) for each, caption in captioned[-most:])
    return [Photo(content, caption) for content, caption in read if content]


def photos_of_files(request: Request, files: Iterable[tuple[MediaFile, str]], most: int) -> list[Photo]:
    """The same for files that are known already, each with its line."""
    read = ((_display(request, each), caption) for each, caption in list(files)[:most] if each.kind == "photo")
    return [Photo(content, caption) for content, caption in read if content]


def signatures(request: Request, drawn: Iterable[tuple[str, int | None, Any]]) -> Sequence[Signature]:
    """Signatures drawn on a screen, from (key of the frame, media id, moment); without an id there is none."""
    zone = request.deployment.settings.timezone
    found = []
    for key, media_id, at in drawn:
        media = request.ctx.session.get(MediaFile, media_id) if media_id else None
        content = _display(request, media) if media is not None else None
        if content:
            found.append(Signature(key, content, formats.moment(at, zone)))
    return found


def _display(request: Request, media: MediaFile) -> bytes | None:
    path = request.registry.media_store.path(media.key, "display")
    return path.read_bytes() if path.is_file() else None
