"""Keeping pictures and hanging them on records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select, tuple_, update

from ..kernel.context import Context
from ..kernel.errors import Invalid
from ..kernel.events import Event
from ..kernel.i18n import _
from .events import MediaEvent
from .models import MediaFile
from .store import StoredPicture


class MediaService:
    """What one actor does with media."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def add(self, picture: StoredPicture, *, space: str | None = None) -> MediaFile:
        """Record a picture that the store has kept; ``space`` is an anonymous reporter's hashed secret."""
        ctx = self._ctx
        media = MediaFile(
            key=picture.key,
            sha256=picture.sha256,
            size=picture.size,
            content_type=picture.content_type,
            width=picture.width,
            height=picture.height,
            uploader_id=ctx.actor.user_id,
            uploader_space=space,
            created_at=ctx.now,
        )
        ctx.session.add(media)
        ctx.session.flush()
        ctx.publish(Event(MediaEvent.UPLOADED, "media", media.id, values={"sha256": media.sha256, "size": media.size}))
        return media

    def attach(self, media_ids: Sequence[int], kind: str, record_id: int, *, space: str | None = None) -> None:
        """Hang the actor's own, still free pictures on a record.

        Raises Invalid for ``media_ids`` when one of them is absent, somebody else's, or hangs elsewhere already.
        """
        if not media_ids:
            return
        ctx = self._ctx
        mine = MediaFile.uploader_space == space if ctx.actor.user_id is None else MediaFile.uploader_id == ctx.actor.user_id
        result = ctx.session.execute(
            update(MediaFile)
            .where(MediaFile.id.in_(media_ids), MediaFile.record_kind.is_(None), mine)
            .values(record_kind=kind, record_id=record_id)
            .execution_options(synchronize_session=False)
        )
        if result.rowcount != len(media_ids):  # type: ignore[attr-defined]
            raise Invalid({"media_ids": _("One of the pictures is not yours or belongs to another record. Upload it again.")})
        ctx.publish(
            Event(
                MediaEvent.ATTACHED, "media", media_ids[0], values={"ids": list(media_ids), "kind": kind, "record_id": record_id}
            )
        )

    def of_records(self, records: Mapping[str, Collection[int]]) -> Mapping[tuple[str, int], list[MediaFile]]:
        """The pictures of records, given as ids by kind, oldest first, by (kind, id), in one statement.

        The caller has made sure that the records are visible.
        """
        found: dict[tuple[str, int], list[MediaFile]] = {(kind, each): [] for kind, ids in records.items() for each in ids}
        query = select(MediaFile).where(tuple_(MediaFile.record_kind, MediaFile.record_id).in_(list(found)))
        for media in self._ctx.session.scalars(query.order_by(MediaFile.id)) if found else ():
            found[media.record_kind or "", media.record_id or 0].append(media)
        return found
