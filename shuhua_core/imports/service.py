"""Sending a file, confirming it after its trial, and stopping it, for the actor whose import it is."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, TooMany, WrongState
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import _

from .archives import ARCHIVES, EXAMPLE, NUMBER, ImportedArchive
from .cells import half_width, is_nothing
from .events import ImportEvent
from .models import RUNNING, Import, ImportNote, ImportPart
from .reading import PART, pack, unpack

MOST_RUNNING = 3
"""Imports of one person that may wait at once."""
KEPT = timedelta(days=7)
"""How long the rows are kept, for the file with what was wrong; after that only that there was an import."""
DATUMS = {
    "wgs84": ("WGS-84（GPS、OSM）", "WGS-84 (GPS, OSM)"),
    "cgcs2000": ("CGCS2000（天地图）", "CGCS2000 (Tianditu)"),
    "gcj02": ("GCJ-02（高德、腾讯）", "GCJ-02 (AMap, Tencent)"),
    "bd09": ("BD-09（百度）", "BD-09 (Baidu)"),
}


class ImportService:
    """What one actor does with imports of one archive."""

    def __init__(self, ctx: Context, archive: str) -> None:
        self._ctx, self.archive = ctx, ARCHIVES[archive]

    def start(self, rows: Sequence[Sequence[str]], *, filename: str, locale: str, datum: str | None = None) -> Import:
        """Take the rows of a file, its headings first, for a trial. Raises NotAllowed, Invalid, TooMany."""
        ctx, archive = self._ctx, self.archive
        if not ctx.actor.may(archive.edit) or ctx.actor.user_id is None:
            raise NotAllowed
        heads = archive.heads(rows[0] if rows else [])
        numbered = _filled(rows, heads)
        if not numbered:
            raise Invalid({"file": _("There are no rows below the headings.")})
        located = archive.placed and "longitude" in heads
        if located and datum not in DATUMS:
            raise Invalid({"datum": _("Say in which datum the positions are: a wrong one shifts every point by up to 700 m.")})
        kept = datum if located else None
        _refuse_twins(numbered, heads)
        parts = [(at, pack(numbered[at : at + PART])) for at in range(0, len(numbered), PART)]
        at = heads.index(NUMBER) if NUMBER in heads else None
        entry = Import(
            archive=archive.name,
            user_id=ctx.actor.user_id,
            locale=locale,
            filename=filename[-200:],
            sha256=_hash(heads, kept, (content for _at, content in parts)),
            datum=kept,
            heads=heads,
            total=len(numbered),
            unnumbered=sum(at is None or is_nothing(cells[at]) for _row, cells in numbered),
            state="trying",
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        self._refuse_again(entry)
        running = select(Import.id).where(Import.user_id == entry.user_id, Import.state.in_(RUNNING))
        if len(ctx.session.scalars(running).all()) >= MOST_RUNNING:
            raise TooMany(_("Let your other imports end first."), retry_after=60)
        ctx.session.add(entry)
        ctx.session.flush()
        kept_parts = [{"import_id": entry.id, "position": position, "content": content} for position, content in parts]
        ctx.session.execute(insert(ImportPart), kept_parts)
        return entry

    def get(self, import_id: int, *, for_update: bool = False) -> Import:
        """One's own import of this archive. Raises NotFound."""
        query = select(Import).where(
            Import.id == import_id, Import.archive == self.archive.name, Import.user_id == self._ctx.actor.user_id
        )
        found = self._ctx.session.scalars(query.with_for_update() if for_update else query).one_or_none()
        if found is None:
            raise NotFound
        return found

    def notes(self, import_id: int, outcome: str, limit: int | None = None) -> Sequence[ImportNote]:
        """What became of rows, in the order of the file."""
        query = select(ImportNote).where(ImportNote.import_id == import_id, ImportNote.outcome == outcome)
        return self._ctx.session.scalars(query.order_by(ImportNote.row, ImportNote.id).limit(limit)).all()

    def confirm(self, import_id: int) -> Import:
        """Have the file imported that was tried. Raises NotFound, NotAllowed, WrongState, Invalid."""
        ctx, entry = self._ctx, self.get(import_id, for_update=True)
        if not ctx.actor.may(self.archive.edit):
            raise NotAllowed
        if entry.state != "tried" or not entry.kept:
            raise WrongState(_("Only a file whose trial has ended can be imported."))
        self._refuse_again(entry)
        ctx.session.execute(delete(ImportNote).where(ImportNote.import_id == entry.id))
        entry.state, entry.position, entry.lease_until, entry.updated_at = "importing", 0, None, ctx.now
        entry.added = entry.changed = entry.unchanged = entry.refused = 0
        told = {"archive": entry.archive, "rows": entry.total, "sha256": entry.sha256}
        ctx.publish(Event(ImportEvent.CONFIRMED, "import", entry.id, values=told))
        return entry

    def cancel(self, import_id: int) -> Import:
        """Stop it; what has been saved stays. Raises NotFound, WrongState."""
        ctx, entry = self._ctx, self.get(import_id, for_update=True)
        if entry.state not in (*RUNNING, "tried"):
            raise WrongState(_("This import has ended already."))
        if entry.state == "importing":
            told = {"archive": entry.archive, "rows": entry.position}
            ctx.publish(Event(ImportEvent.CANCELLED, "import", entry.id, values=told))
        entry.state, entry.updated_at = "cancelled", ctx.now
        return entry

    def _refuse_again(self, entry: Import) -> None:
        """The same file a second time is harmless where each row has its number, else it would make twins."""
        if not entry.unnumbered:
            return
        query = select(Import.created_at).where(
            Import.archive == entry.archive, Import.sha256 == entry.sha256, Import.state.in_(("importing", "done"))
        )
        at = self._ctx.session.scalars(query.order_by(Import.id.desc()).limit(1)).first()
        if at is not None:
            day = at.astimezone(self._ctx.deployment.settings.timezone).strftime("%Y-%m-%d %H:%M")
            words = _("These rows were imported on ${at}. Those without a number would be there twice.", mapping={"at": day})
            raise Invalid({"file": words})


def sweep(ctx: Context) -> None:
    """Forget the rows of imports that are some days old: they may carry names and phones."""
    over = ctx.now - KEPT
    old = select(Import.id).where(Import.updated_at < over)
    ctx.session.execute(delete(ImportNote).where(ImportNote.import_id.in_(old)))
    ctx.session.execute(delete(ImportPart).where(ImportPart.import_id.in_(old)))
    ctx.session.execute(update(Import).where(Import.updated_at < over, Import.kept).values(kept=False))


def rows_of(session: Session, entry: Import, position: int = 0) -> Iterator[tuple[int, list[str]]]:
    """The rows of the file with their numbers in it, from the one at ``position`` on, a part at a time in memory."""
    firsts = session.scalars(select(ImportPart.position).filter_by(import_id=entry.id).order_by(ImportPart.position)).all()
    for first, following in zip(firsts, [*firsts[1:], entry.total], strict=False):
        if following > position:
            content = session.scalars(select(ImportPart.content).filter_by(import_id=entry.id, position=first)).one()
            yield from unpack(content)[max(0, position - first) :]


def _hash(heads: Sequence[str | None], datum: str | None, parts: Iterable[bytes]) -> str:
    """Of the rows as they were read, and of the datum."""
    found = hashlib.sha256(json.dumps([heads, datum], ensure_ascii=False).encode())
    for part in parts:
        found.update(zlib.decompress(part))
    return found.hexdigest()


def _filled(rows: Sequence[Sequence[str]], heads: Sequence[str | None]) -> list[tuple[int, list[str]]]:
    """The rows below the headings that have something in a column that is read, with their numbers in the file."""
    wanted = [index for index, name in enumerate(heads) if name is not None]
    at = heads.index(NUMBER) if NUMBER in heads else None
    found = []
    for number, row in enumerate(rows[1:], start=2):
        cells = [*row, *[""] * (len(heads) - len(row))]
        example = at is not None and cells[at] in EXAMPLE
        if not example and any(cells[index] for index in wanted):
            found.append((number, cells))
    return found


def _refuse_twins(rows: Sequence[tuple[int, list[str]]], heads: Sequence[str | None]) -> None:
    """One number in two rows: which of them holds, nobody can say."""
    if NUMBER not in heads:
        return
    at, seen = heads.index(NUMBER), dict[str, int]()
    for row, cells in rows:
        number = half_width(cells[at])
        if number in seen and not is_nothing(number):
            words = _(
                "The number ${number} stands in row ${first} and in row ${second}.",
                mapping={"number": number, "first": seen[number], "second": row},
            )
            raise Invalid({"file": words})
        seen[number] = row


def archive_of(entry: Import) -> ImportedArchive:
    """The declaration of an import's archive."""
    return ARCHIVES[entry.archive]
