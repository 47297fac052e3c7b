"""Keeping files and hanging them on records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, bindparam, delete, func, or_, select, tuple_, union, union_all, update

from ..audit.security import write_security
from ..kernel.context import Context
from ..kernel.deployment import Deployment
from ..kernel.errors import Invalid
from ..kernel.events import Event
from ..kernel.i18n import _
from ..kernel.prepared import Prepared
from ..kernel.types import BigInt
from .events import MediaEvent
from .models import HELD, MediaFile, MediaLink
from .sandbox import Derived
from .store import StoredFile

FEW = 4
"""Up to so many records there is a statement for each number of them."""


def note_refused(deployment: Deployment, media: MediaFile, reason: str) -> None:
    """Write into the security log that a file was no photo, video or sound, whatever it was called. Opens a transaction."""
    write_security(
        deployment.database,
        "upload.rejected",
        now=deployment.clock.now(),
        actor_id=media.uploader_id,
        record_kind="media",
        record_id=media.id,
        detail={"reason": reason},
    )


class MediaService:
    """What one actor does with media."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def add(self, stored: StoredFile, *, space: str | None = None, reason: str | None = None) -> MediaFile:
        """Record a file that the store has kept; ``space`` is an anonymous reporter's hashed secret."""
        ctx = self._ctx
        media = MediaFile(
            key=stored.key,
            sha256=stored.sha256,
            size=stored.size,
            kind=stored.kind,
            content_type=stored.content_type,
            state=stored.state,
            reason=reason,
            width=stored.width,
            height=stored.height,
            uploader_id=ctx.actor.user_id,
            uploader_space=space,
            created_at=ctx.now,
        )
        ctx.session.add(media)
        ctx.session.flush()
        values = {"sha256": media.sha256, "size": media.size, "kind": media.kind, "state": media.state}
        ctx.publish(Event(MediaEvent.UPLOADED, "media", media.id, values=values))
        return media

    def note_derived(self, media_id: int, derived: Derived) -> None:
        """Note what the worker made of a file. Does nothing where another worker was faster, or the file is gone."""
        media = self._ctx.session.get(MediaFile, media_id, with_for_update=True)
        if media is None or media.state != "processing":
            return
        if derived.refused is None:
            media.state, media.kind, media.shown_type = "ready", derived.kind, derived.content_type
            media.width, media.height, media.seconds = (derived.facts.get(name) for name in ("width", "height", "seconds"))
        else:
            media.state, media.reason = "refused", derived.refused
        values = {"state": media.state, "kind": media.kind, "reason": media.reason}
        self._ctx.publish(Event(MediaEvent.DERIVED, "media", media.id, values=values))

    def note_original_read(self, media: MediaFile) -> None:
        """Write into the log that the actor is given the original. Commit before answering."""
        event = Event(MediaEvent.ORIGINAL_READ, "media", media.id, values={"sha256": media.sha256})
        self._ctx.publish(event)

    def attach(self, media_ids: Sequence[int], kind: str, record_id: int, *, space: str | None = None) -> None:
        """Hang the actor's own, still free files on a record, also while the worker has not looked at them yet.

        Those that wait in quarantine are free for whoever sent them: signed in again, they do themselves what was refused.
        Raises Invalid for ``media_ids`` when one of them is absent, somebody else's, or hangs elsewhere already.
        """
        if not media_ids:
            return
        ctx = self._ctx
        mine = MediaFile.uploader_space == space if ctx.actor.user_id is None else MediaFile.uploader_id == ctx.actor.user_id
        free = or_(MediaFile.record_kind.is_(None), MediaFile.record_kind == HELD)
        result = ctx.session.execute(
            update(MediaFile)
            .where(MediaFile.id.in_(media_ids), free, mine)
            .values(record_kind=kind, record_id=record_id)
            .execution_options(synchronize_session=False)
        )
        if result.rowcount != len(media_ids):  # type: ignore[attr-defined]
            raise Invalid({"media_ids": _("One of the files is not yours or belongs to another record. Upload it again.")})
        ctx.publish(
            Event(
                MediaEvent.ATTACHED, "media", media_ids[0], values={"ids": list(media_ids), "kind": kind, "record_id": record_id}
            )
        )

    def show_on(self, media_ids: Sequence[int], kind: str, record_id: int) -> None:
        """Show files on a further record, which hang on one already. The caller has attached them in this transaction."""
        if not media_ids:
            return
        ctx = self._ctx
        ctx.session.add_all(MediaLink(media_id=each, record_kind=kind, record_id=record_id) for each in dict.fromkeys(media_ids))
        ctx.session.flush()
        values = {"ids": list(media_ids), "kind": kind, "record_id": record_id}
        ctx.publish(Event(MediaEvent.ATTACHED, "media", media_ids[0], values=values))

    def count(self, kind: str, record_id: int) -> int:
        """How many files hang on a record or are shown on it. The caller has made sure that it may be seen."""
        parts = [
            select(func.count().label("n")).where(model.record_kind == kind, model.record_id == record_id)
            for model in (MediaFile, MediaLink)
        ]
        counts = union_all(*parts).subquery()
        return self._ctx.session.scalar(select(func.sum(counts.c.n))) or 0

    def move(self, kind: str, record_id: int, to_id: int) -> list[int]:
        """Hang all files of a record on another one of its kind, as when both were one all along; gives their ids.

        The caller has checked the right to do so, and tells of it.
        """
        session = self._ctx.session
        hanging = (MediaFile.record_kind == kind, MediaFile.record_id == record_id)
        moved = list(session.scalars(select(MediaFile.id).where(*hanging).order_by(MediaFile.id)))
        session.execute(update(MediaFile).where(*hanging).values(record_id=to_id).execution_options(synchronize_session=False))
        linked = (MediaLink.record_kind == kind, MediaLink.record_id == record_id)
        there = select(MediaLink.media_id).where(MediaLink.record_kind == kind, MediaLink.record_id == to_id)
        shown = list(session.scalars(select(MediaLink.media_id).where(*linked).order_by(MediaLink.media_id)))
        fresh = update(MediaLink).where(*linked, MediaLink.media_id.not_in(there)).values(record_id=to_id)
        session.execute(fresh.execution_options(synchronize_session=False))
        session.execute(delete(MediaLink).where(*linked).execution_options(synchronize_session=False))
        return sorted({*moved, *shown})

    def by_ids(self, ids: Collection[int]) -> dict[int, MediaFile]:
        """Files by id, in one statement. The caller has made sure that they may be seen."""
        if not ids:
            return {}
        query = select(MediaFile).where(MediaFile.id.in_(list(ids)))
        return {media.id: media for media in self._ctx.session.scalars(query)}

    def of_records(self, records: Mapping[str, Collection[int]]) -> Mapping[tuple[str, int], list[MediaFile]]:
        """The files of records, given as ids by kind, oldest first, by (kind, id), in a statement, and one more if there are any.

        Those that hang on the record and those that are shown on it too. The caller has made sure that the records are visible.
        """
        found: dict[tuple[str, int], list[MediaFile]] = {(kind, each): [] for kind, ids in records.items() for each in ids}
        if not found:
            return found
        wanted, session = list(found), self._ctx.session
        if len(wanted) <= FEW:
            values = {
                f"{name}_{n}": value for n, each in enumerate(wanted) for name, value in zip(("kind", "id"), each, strict=True)
            }
            places: Sequence[Any] = _of_few(len(wanted)).rows(session, values)
        else:
            session.flush()
            places = session.connection().execute(_of(lambda *columns: tuple_(*columns).in_(wanted))).all()
        files = self.by_ids({place.id for place in places})
        for place in places:
            found[place.kind, place.record].append(files[place.id])
        return found


@cache
def _of_few(count: int) -> Prepared:
    """The files of so many records; each is ``kind_0``, ``id_0`` and so on. Built once: that costs more than running it."""
    return Prepared(
        _of(
            lambda kind, record: or_(
                *(and_(kind == bindparam(f"kind_{n}"), record == bindparam(f"id_{n}", type_=BigInt)) for n in range(count))
            )
        )
    )


def _of(wanted: Callable[[Any, Any], ColumnElement[bool]]) -> CompoundSelect[Any]:
    own = select(MediaFile.id, MediaFile.record_kind.label("kind"), MediaFile.record_id.label("record")).where(
        wanted(MediaFile.record_kind, MediaFile.record_id)
    )
    linked = select(MediaLink.media_id, MediaLink.record_kind, MediaLink.record_id).where(
        wanted(MediaLink.record_kind, MediaLink.record_id)
    )
    places: CompoundSelect[Any] = union(own, linked)
    return places.order_by("id")
