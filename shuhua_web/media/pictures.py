"""Photos, videos and sound on pages and in forms of the office.

A form's field ``media_ids`` gets a :class:`PicturesWidget`. Where scripts run, a chosen file is uploaded at once and stands
in the form as a thumbnail, so that a form that comes back with errors still has it. Elsewhere it comes with the form
itself: :class:`SentPictures` keeps it before the writing transaction begins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.renderers import render
from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import Invalid, ServiceError, StorageFull, TooLarge, UnsupportedMedia
from shuhua_core.kernel.scope import covers
from shuhua_core.media.models import MediaFile
from shuhua_core.media.refusals import reason_text
from shuhua_core.media.service import MediaService
from shuhua_core.media.store import StoredFile

from ..i18n import _
from ..records import Picture
from ..widgets import FieldWidget, described
from .items import variants_of

FIELD = "pictures"
"""Name of the file control."""
MOST = 9
"""Files that one form takes, as the schemas say."""
TEMPLATE = "shuhua_web:media/templates/pictures.pt"
CAPTIONS = {
    "photo": _("Photo ${n} of ${record}"),
    "video": _("Video ${n} of ${record}"),
    "audio": _("Recording ${n} of ${record}"),
}


def picture(request: Request, media: MediaFile, caption: Any = "") -> Picture:
    """A file as a page shows it."""

    def href(variant: str) -> str:
        return str(request.route_path("api.media.file", id=media.id, variant=variant))

    shown = variants_of(media)
    return Picture(
        thumbnail=href("thumbnail") if "thumbnail" in shown else None,
        href=href("display") if "display" in shown else None,
        caption=caption,
        kind=media.kind,
        content=href("content") if "content" in shown else None,
        content_type=media.shown_type,
        note=_note(media, shown),
        original=href("original") if covers(media, request.actor, Permission.MEDIA_ORIGINAL) else None,
    )


def _note(media: MediaFile, shown: Sequence[str]) -> Any:
    """What stands in place of a file that cannot be shown."""
    if media.state == "processing":
        return _("Being prepared. Reload in a moment.")
    return None if shown else reason_text(media.reason or "damaged")


def captioned(request: Request, media: Sequence[MediaFile], of: str) -> list[Picture]:
    """Files of the record called ``of``, numbered for who cannot see them."""
    return [picture(request, each, CAPTIONS[each.kind] % {"n": index, "record": of}) for index, each in enumerate(media, start=1)]


def pictures_of(request: Request, names: Mapping[tuple[str, int], str]) -> dict[tuple[str, int], list[Picture]]:
    """Files by (kind, record id), in one statement; ``names`` are the records' numbers by the same."""
    wanted: dict[str, list[int]] = {}
    for kind, record_id in names:
        wanted.setdefault(kind, []).append(record_id)
    found = MediaService(request.ctx).of_records(wanted)
    return {key: captioned(request, found[key], names[key]) for key in names}


class PicturesWidget(FieldWidget):
    """Thumbnails of what was uploaded, each with a box to leave it out again, and a control for more."""

    template = "pictures"
    wide = True

    def __init__(self, request: Request, **kw: Any) -> None:
        super().__init__(**kw)
        self._request = request

    @property
    def grouped(self) -> bool:
        """Several controls."""
        return True

    def serialize(self, field: Any, cstruct: Any, **_kw: Any) -> str:
        """The control as HTML."""
        ids = cstruct if isinstance(cstruct, list) else []
        return picture_field(self._request, field.oid, ids, described=described(field))

    def taken(self, typed: Any) -> Any:
        """The ids that are still ticked."""
        values = [typed] if isinstance(typed, str) else (typed if isinstance(typed, list) else [])
        return list(dict.fromkeys(int(each) for each in values if isinstance(each, str) and re.fullmatch(r"[0-9]{1,18}", each)))


def picture_field(request: Request, oid: str, ids: Sequence[int], *, described: str | None = None, error: Any = None) -> str:
    """The field with these files chosen, as far as they are the caller's own."""
    files = MediaService(request.ctx).by_ids(ids) if ids else {}
    own = [files[each] for each in ids if each in files and files[each].uploader_id == request.actor.user_id]
    values = {
        "oid": oid,
        "chosen": [(each.id, picture(request, each)) for each in own],
        "described": described,
        "error": error,
        "name": FIELD,
    }
    return str(render(TEMPLATE, values, request=request))


def too_many() -> Invalid:
    """More files than one form takes."""
    return Invalid({"media_ids": _("At most ${n} files, please.", mapping={"n": MOST})})


@dataclass(frozen=True, slots=True)
class SentPictures:
    """Files that came with a form, on disk before the writing transaction begins, since drawing photos anew takes long."""

    kept: Sequence[StoredFile] = ()
    error: ServiceError | None = None

    @classmethod
    def of(cls, request: Request) -> SentPictures:
        """Those of this request."""
        files = [each for each in request.POST.getall(FIELD) if hasattr(each, "file")] if request.method == "POST" else []
        if not files:
            return cls()
        if len(files) > MOST:
            return cls(error=too_many())
        try:
            return cls([request.registry.media_store.receive(each.file) for each in files])
        except (Invalid, StorageFull, TooLarge, UnsupportedMedia) as error:
            request.note_security("upload.rejected", code=error.code)
            return cls(error=error)

    def join(self, request: Request, data: dict[str, Any], *, space: str | None = None) -> dict[str, Any]:
        """``data`` with the ids of these files in ``media_ids``. Raises what was wrong with them.

        ``space`` is the hash of an anonymous sender's secret.
        """
        if self.error is not None:
            raise self.error
        if not self.kept:
            return data
        media = MediaService(request.ctx)
        return {**data, "media_ids": [*(data.get("media_ids") or []), *(media.add(each, space=space).id for each in self.kept)]}
