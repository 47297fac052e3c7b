"""A chunk of rows saved with few statements: by the same services, which find the answers to their questions ready.

What many rows ask the database one by one (is this number taken, which record is meant, which pieces stand on this site) is
asked here for all of them at once, and what they write is held back until the end
(:class:`shuhua_core.kernel.collecting.CollectingSession`). There is no savepoint a row: a row that is refused has written
nothing yet, as a rule; where one has, :class:`Spoilt` says so, and the chunk is saved row by row
(docs/adr/0027-imports-in-bulk.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, ClassVar

from sqlalchemy import select

from shuhua_core.archives import records
from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.collecting import CollectingSession
from shuhua_core.kernel.errors import ServiceError
from shuhua_core.kernel.merged import MergedRecord
from shuhua_core.kernel.scope import visible
from shuhua_core.places.models import Division
from shuhua_core.sites.derived import states_on
from shuhua_core.sites.labels.models import Label
from shuhua_core.sites.models import Equipment, Site

from .archives import NUMBER, REFERENCES
from .cells import half_width
from .rows import Outcome, RowSaver

UNIQUE = (NUMBER, "code")
"""Fields whose values no two records share."""


class Spoilt(Exception):
    """A row was refused after it had written something: what this transaction holds is not to be kept."""


class ChunkSession(CollectingSession):
    """The session of a chunk. Changes of records are sent when the services say so, which is when it is noted whose they were."""

    appended: ClassVar[frozenset[Any]] = CollectingSession.appended | {AuditEntry.__table__}

    def flush(self, objects: Any = None) -> None:
        """Send what is pending if a record was changed; new ones wait."""
        if self.dirty:
            self._settle()
        else:
            super().flush(objects)


def what_it_knows() -> dict[str, Any]:
    """What such a session's ``info`` needs, anew for each transaction."""
    return {"alone": True, "recalled": {}, "foreseen": {}, "piece_states": {}}


class AheadSaver(RowSaver):
    """Saves the rows of one chunk, whose questions :meth:`foresee` asks beforehand."""

    _changing: Any = None
    _records: Mapping[str, Any] = MappingProxyType({})
    _merged_numbers: Collection[str] = ()
    """Of the rows' own numbers those that merged records had, of which each row asks for itself."""

    def _save(self, texts: Mapping[str, str]) -> Outcome:
        outcome = super()._save(texts)
        if outcome.kind == "changed":
            # What was asked about codes beforehand may have been answered by the former one of this record.
            self._ctx.session.info["foreseen"].clear()
        return outcome

    @contextmanager
    def _apart(self) -> Iterator[None]:
        session: Any = self._ctx.session
        self._changing, written = None, session.written
        try:
            yield
        except ServiceError:
            if session.written != written:
                raise Spoilt from None
            if self._changing is not None:
                session.expire(self._changing)
            raise

    def _present(self, number: str | None) -> Any:
        self._changing = None if number is None else self._records.get(half_width(number))
        asks = number is not None and half_width(number) in self._merged_numbers
        return super()._present(number) if asks else self._changing

    # Asking beforehand --------------------------------------------------------------------------------------------------

    def foresee(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Ask what the rows of the chunk will ask. To be called before the first of them is saved."""
        ctx, model = self._ctx, self._archive.model
        said = {name: {row[name] for row in rows if name in row} for name in self._columns}
        numbers = {half_width(text) for text in said.get(NUMBER, ())}
        query = select(model).where(model.number.in_(numbers), visible(model, ctx.actor, self._archive.view))
        found = ctx.session.scalars(query.order_by(model.id).with_for_update()).all() if numbers else []
        self._records = {record.number: record for record in found}
        self._merged_numbers = self._merged_among(model, numbers)
        ctx.session.info["numbers_ahead"] = sum(NUMBER not in row for row in rows) or 1
        for name in UNIQUE:
            values = {half_width(text) for text in said.get(name, ())}
            if values:
                records.foresee_holders(ctx, model, name, values, permission=self._archive.view)
        for name, texts in said.items():
            kind = self._columns[name].refers_to
            if kind is not None and kind in REFERENCES and texts:
                self._foresee_references(kind, texts)
            elif kind == "organisation" and texts:
                self._find_organisations(texts)
        self._foresee_divisions({half_width(text).upper() for text in said.get("division_code", ())})
        if model is Equipment:
            self._foresee_pieces({half_width(text) for text in said.get("code", ())})

    def _foresee_references(self, kind: str, texts: set[str]) -> None:
        model, permission = REFERENCES[kind]
        seen, session = visible(model, self._ctx.actor, permission), self._ctx.session
        numbers = {half_width(text) for text in texts}
        query = select(model).where(seen).order_by(model.id)
        numbered = {record.number: record.id for record in session.scalars(query.where(model.number.in_(numbers)))}
        self._named |= {(kind, text): [numbered[half_width(text)]] for text in texts if half_width(text) in numbered}
        merged = self._merged_among(model, numbers)
        rest = [text for text in texts if (kind, text) not in self._named and half_width(text) not in merged]
        self._named |= {(kind, text): [] for text in rest}
        for record in session.scalars(query.where(model.name.in_(rest))) if rest else ():
            self._named[kind, record.name].append(record.id)

    def _merged_among(self, model: Any, numbers: Collection[str]) -> set[str]:
        """Which of these numbers merged records had."""
        if not model.__scope__.merges or not numbers:
            return set()
        query = select(MergedRecord.number).where(MergedRecord.record_kind == model.__scope__.kind)
        return set(self._ctx.session.scalars(query.where(MergedRecord.number.in_(numbers))))

    def _foresee_divisions(self, codes: set[str]) -> None:
        known = [code for code in codes if code.isascii()]
        if known:
            self._ctx.session.scalars(select(Division).where(Division.code.in_(known))).all()

    def _foresee_pieces(self, codes: set[str]) -> None:
        """The sites whose states follow from the pieces, locked in order, with the states of the pieces there; and the labels."""
        session = self._ctx.session
        named = {found[0] for (kind, _text), found in self._named.items() if kind == "site" and len(found) == 1}
        site_ids = sorted(named | {record.site_id for record in self._records.values() if record.site_id is not None})
        if site_ids:
            query = select(Site).where(Site.id.in_(site_ids)).order_by(Site.id).with_for_update()
            session.scalars(query.execution_options(populate_existing=True)).all()
            session.info["piece_states"].update(states_on(self._ctx, site_ids))
        if codes:
            labelled = set(session.scalars(select(Label.code).where(Label.code.in_(codes))))
            session.info["foreseen"] |= {("label", code): None for code in codes - labelled}
