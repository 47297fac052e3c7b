"""Pictures of sites and equipment: kept with a form, shown on a page."""

from __future__ import annotations

from pyramid.request import Request

from shuhua_core.media.service import MediaService
from shuhua_web.forms import OfficeForm, Upload
from shuhua_web.i18n import _
from shuhua_web.records import Picture

PICTURES = Upload("pictures", _("Pictures"), help=_("JPEG, PNG or WebP."))


def keep_pictures(request: Request, form: OfficeForm) -> list[int]:
    """Keep the pictures that were sent with a form; gives their ids."""
    store, media = request.registry.media_store, MediaService(request.ctx)
    return [media.add(store.receive(each.file)).id for each in form.files.get("pictures", ())]


def pictures_of(request: Request, kind: str, record_id: int) -> list[Picture]:
    """The pictures of a record that the person may see."""
    found = MediaService(request.ctx).of_records({kind: [record_id]})[kind, record_id]
    return [
        Picture(
            thumbnail=request.route_path("api.media.file", id=each.id, variant="thumbnail"),
            href=request.route_path("api.media.file", id=each.id, variant="shown"),
            caption=_("Picture ${n}", mapping={"n": number}),
        )
        for number, each in enumerate(found, start=1)
    ]
