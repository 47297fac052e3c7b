"""What people do with choice lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel import choices
from shuhua_core.kernel.choice_store import ChoiceEntry, choices_changed
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, VersionStale, WrongState
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import deserialize, given
from shuhua_core.kernel.steps import plain

from .events import ChoiceEvent
from .lists import ChoiceList, lists
from .schema import NewWord, WordPatch

_MEMBERS = ("zh", "en", "applies_to", "parent", "note")


class ChoiceService:
    """Choice lists, for one actor. Every change reaches all processes with its commit."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def list_of(self, name: str) -> ChoiceList:
        """One list. Raises NotFound, NotAllowed."""
        if not self._ctx.actor.may(Permission.CHOICES_EDIT):
            raise NotAllowed
        found = lists().get(name)
        if found is None:
            raise NotFound
        return found

    def may_change(self, known: ChoiceList) -> bool:
        """Whether the actor keeps this list."""
        return self._ctx.actor.may(known.permission)

    def words(self, name: str) -> Sequence[ChoiceEntry]:
        """All words of a list in their order, those that are retired last. Raises NotFound, NotAllowed."""
        self.list_of(name)
        query = select(ChoiceEntry).where(ChoiceEntry.list_name == name)
        order = (ChoiceEntry.retired_at.is_not(None), ChoiceEntry.position, ChoiceEntry.id)
        return self._ctx.session.scalars(query.order_by(*order)).all()

    def word(self, entry_id: int) -> ChoiceEntry:
        """One word. Raises NotFound, NotAllowed."""
        found = self._ctx.session.get(ChoiceEntry, entry_id)
        if found is None:
            raise NotFound
        self.list_of(found.list_name)
        return found

    def own_word(self, entry_id: int) -> ChoiceEntry:
        """One word of a list that the actor keeps. Raises NotFound, NotAllowed."""
        found = self.word(entry_id)
        self._to_change(found.list_name)
        return found

    def usage(self, name: str) -> Mapping[str, int]:
        """Code -> how often records and their steps have it; one statement for each place where words of the list stand."""
        known, found = self.list_of(name), dict.fromkeys((each.code for each in self.words(name)), 0)
        for use in known.places():
            if use.within:
                for code in found:
                    count = select(func.count()).select_from(use.column.table).where(use.holds(code))
                    found[code] += self._ctx.session.scalar(count) or 0
                continue
            words = select(use.word.label("word")).where(use.word.is_not(None)).subquery()
            counted = select(words.c.word, func.count()).group_by(words.c.word)
            for code, number in self._ctx.session.execute(counted):
                if code in found:
                    found[code] += number
        return found

    def is_used(self, entry: ChoiceEntry) -> bool:
        """Whether any record, or step of one, has the word."""
        uses = lists()[entry.list_name].places()
        return any(self._ctx.session.scalar(select(select(use.column).where(use.holds(entry.code)).exists())) for use in uses)

    def add(self, name: str, data: Any) -> ChoiceEntry:
        """A new word (:class:`NewWord`), the last but "other". Raises NotFound, NotAllowed, Invalid, Conflict."""
        ctx, known = self._ctx, self._to_change(name)
        values = deserialize(NewWord, data)
        words = self.words(name)
        self._check(known, values, words)
        if any(each.code == values["code"] for each in words):
            raise Invalid({"code": _("This list has the code ${code} already.", mapping={"code": values["code"]})})
        last = max((each.position for each in words), default=0)
        entry = ChoiceEntry(
            list_name=name, position=last + 1, version=1, created_at=ctx.now, updated_at=ctx.now, code=values["code"]
        )
        self._set(entry, values)
        for each in words:
            if each.code == "other" and each.position == last:
                entry.position, each.position = last, last + 1
        ctx.session.add(entry)
        try:
            ctx.session.flush()
        except IntegrityError as error:
            raise Conflict(_("Somebody else has just taken this number or code. Try again.")) from error
        given = plain({member: getattr(entry, member) for member in ("code", *_MEMBERS)})
        self._tell(ChoiceEvent.ADDED, entry, {member: [None, value] for member, value in given.items() if value is not None})
        return entry

    def change(self, entry_id: int, data: Any, *, expected_version: int | None = None) -> ChoiceEntry:
        """Call a word something else, or offer it for other types (:class:`WordPatch`). Its code stays.

        Raises NotFound, NotAllowed, VersionStale, Invalid.
        """
        entry = self._entry(entry_id, expected_version)
        values = {**{member: getattr(entry, member) for member in _MEMBERS}, **given(WordPatch, data, entry)}
        missing = {member: _("This is required.") for member in ("zh", "en") if not values[member]}
        if missing:
            raise Invalid(missing)
        self._check(lists()[entry.list_name], values, self.words(entry.list_name), besides=entry)
        before = plain({member: getattr(entry, member) for member in _MEMBERS})
        self._set(entry, values)
        after = plain({member: getattr(entry, member) for member in _MEMBERS})
        changes = {member: [before[member], after[member]] for member in _MEMBERS if before[member] != after[member]}
        if changes:
            self._touch(entry)
            self._tell(ChoiceEvent.CHANGED, entry, changes)
        return entry

    def move(self, entry_id: int, by: int, *, expected_version: int | None = None) -> ChoiceEntry:
        """Move a word one place up (-1) or down (1) among those that are in use; at the end of the list it stays.

        Raises NotFound, NotAllowed, VersionStale, WrongState for one that is retired.
        """
        entry = self._entry(entry_id, expected_version)
        if entry.retired_at is not None:
            raise WrongState
        row = [each for each in self.words(entry.list_name) if each.retired_at is None]
        place = row.index(entry)
        other = row[place + by] if 0 <= place + by < len(row) else entry
        if other is not entry:
            entry.position, other.position = other.position, entry.position
            self._touch(entry)
            self._tell(ChoiceEvent.MOVED, entry, {"position": [other.position, entry.position]})
        return entry

    def retire(self, entry_id: int, *, expected_version: int | None = None) -> ChoiceEntry:
        """New entries may not choose it from now on; records that have it keep it.

        Raises NotFound, NotAllowed, VersionStale, WrongState, Invalid for a word that the system itself needs, and the last one.
        """
        entry = self._entry(entry_id, expected_version)
        if entry.retired_at is not None:
            raise WrongState
        if entry.code in lists()[entry.list_name].fixed:
            raise Invalid({"code": _("The system itself uses this word: it can be renamed, but not retired.")})
        if all(each is entry or each.retired_at is not None for each in self.words(entry.list_name)):
            raise Invalid({"code": _("This is the last word of the list.")})
        entry.retired_at = self._ctx.now
        self._touch(entry)
        self._tell(ChoiceEvent.RETIRED, entry)
        return entry

    def restore(self, entry_id: int, *, expected_version: int | None = None) -> ChoiceEntry:
        """New entries may choose it again. Raises NotFound, NotAllowed, VersionStale, WrongState, Invalid."""
        entry = self._entry(entry_id, expected_version)
        if entry.retired_at is None:
            raise WrongState
        values = {member: getattr(entry, member) for member in _MEMBERS}
        self._check(lists()[entry.list_name], values, self.words(entry.list_name), besides=entry)
        entry.retired_at = None
        self._touch(entry)
        self._tell(ChoiceEvent.RESTORED, entry)
        return entry

    def remove(self, entry_id: int, *, expected_version: int | None = None) -> ChoiceEntry:
        """Remove a word that no record has; gives it as it was. Raises NotFound, NotAllowed, VersionStale, Invalid, Conflict."""
        entry = self._entry(entry_id, expected_version)
        if entry.code in lists()[entry.list_name].fixed:
            raise Invalid({"code": _("The system itself uses this word: it can be renamed, but not removed.")})
        if self.is_used(entry):
            raise Conflict(_("Records have this word, so it cannot be removed. Retire it: they keep it."))
        if all(each is entry or each.retired_at is not None for each in self.words(entry.list_name)):
            raise Invalid({"code": _("This is the last word of the list.")})
        self._tell(ChoiceEvent.REMOVED, entry)
        self._ctx.session.execute(delete(ChoiceEntry).where(ChoiceEntry.id == entry.id))
        return entry

    # What they have in common -------------------------------------------------------------------------------------------

    def _to_change(self, name: str) -> ChoiceList:
        known = self.list_of(name)
        if not self.may_change(known):
            raise NotAllowed
        return known

    def _entry(self, entry_id: int, expected_version: int | None) -> ChoiceEntry:
        """A word, locked for a change."""
        entry = self._ctx.session.get(ChoiceEntry, entry_id, with_for_update=True)
        if entry is None:
            raise NotFound
        self._to_change(entry.list_name)
        if expected_version is not None and expected_version != entry.version:
            raise VersionStale(version=entry.version)
        return entry

    def _check(
        self,
        known: ChoiceList,
        values: Mapping[str, Any],
        words: Sequence[ChoiceEntry],
        besides: ChoiceEntry | None = None,
    ) -> None:
        """Refuse a label that another word in use has, since imports tell words by their labels; and what the list has not."""
        errors: dict[str, Any] = {}
        others = [each for each in words if each is not besides and each.retired_at is None]
        for member in ("zh", "en"):
            if any(getattr(each, member).casefold() == values[member].casefold() for each in others):
                errors[member] = _("Another word of this list is called the same.")
        if values["applies_to"] and not known.by_type:
            errors["applies_to"] = _("Words of this list are not told apart by types of equipment.")
        if values["parent"] and not known.parents:
            errors["parent"] = _("Words of this list do not belong to one another.")
        elif values["parent"] and values["parent"] not in {code for code, _zh, _en in known.words}:
            errors["parent"] = _("Choose one that came with the system.")
        if errors:
            raise Invalid(errors)

    def _set(self, entry: ChoiceEntry, values: Mapping[str, Any]) -> None:
        for member in _MEMBERS:
            setattr(entry, member, values[member] or None)

    def _touch(self, entry: ChoiceEntry) -> None:
        entry.version += 1
        entry.updated_at = self._ctx.now

    def _tell(self, name: ChoiceEvent, entry: ChoiceEntry, changes: Mapping[str, Any] | None = None) -> None:
        """Publish the change, and let every process read the lists again."""
        ctx, number = self._ctx, f"{entry.list_name}/{entry.code}"
        ctx.session.flush()
        choices_changed(ctx.session)
        choices.bind(choices.source_beside(ctx.session, ctx.deployment.database))
        values = {"list": entry.list_name, "code": entry.code}
        ctx.publish(Event(name, "choice", entry.id, number, values=values, changes=changes or {}))
