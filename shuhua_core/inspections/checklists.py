"""Checklists: what is asked, about which pieces, and how the office keeps them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..accounts.permissions import Permission
from ..archives import records
from ..kernel.context import Context
from ..kernel.errors import Invalid, NotFound, VersionStale
from ..kernel.events import Event
from ..kernel.i18n import _
from ..kernel.schema import deserialize
from .events import ChecklistEvent
from .models import Checklist, ChecklistVersion
from .schema import ChecklistCreate, ChecklistEdit

BUILT_IN = Path(__file__).with_name("checklists.toml")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at. ``types`` are the types of equipment that it is asked about; empty means all."""

    code: str
    of: str
    zh: str
    en: str
    help_zh: str = ""
    help_en: str = ""
    types: Sequence[str] = ()

    def label(self, locale: str) -> str:
        """What is asked, in the language."""
        return self.en if locale == "en" else self.zh

    def help(self, locale: str) -> str:
        """How to look, in the language."""
        return self.help_en if locale == "en" else self.help_zh

    def fits(self, type_: str | None) -> bool:
        """Whether it is asked about a piece of this type, or with None about the site."""
        if type_ is None:
            return self.of == "site"
        return self.of == "piece" and (not self.types or type_ in self.types)


def items_of(version: ChecklistVersion) -> dict[str, Item]:
    """The items of a version by their codes, in their order."""
    return {each["code"]: Item(**each) for each in version.items}


def seed_checklists(session: Session, now: datetime) -> None:
    """The built-in checklists that are not there yet; one that is there is data of the deployment and left alone."""
    with BUILT_IN.open("rb") as file:
        built_in = tomllib.load(file)["checklist"]
    present = set(session.scalars(select(Checklist.number)))
    for each in built_in:
        if each["number"] not in present:
            made = Checklist(
                number=each["number"],
                name=each["name"],
                name_en=each["name_en"],
                active=True,
                version=1,
                created_at=now,
                updated_at=now,
            )
            session.add(made)
            session.flush()
            items = [_stored(Item(**item)) for item in each["item"]]
            session.add(ChecklistVersion(checklist_id=made.id, version=1, items=items, created_at=now))
    session.flush()


class ChecklistService:
    """What one actor does with checklists."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def all(self, *, active: bool | None = None) -> Sequence[Checklist]:
        """All checklists, those in use first; only those in use with ``active``. Raises NotAllowed."""
        records.refuse_without(self._ctx, Permission.INSPECTIONS_VIEW)
        query = select(Checklist).order_by(Checklist.active.desc(), Checklist.id)
        return self._ctx.session.scalars(query if active is None else query.where(Checklist.active == active)).all()

    def get(self, checklist_id: int) -> Checklist:
        """One checklist. Raises NotFound, NotAllowed."""
        records.refuse_without(self._ctx, Permission.INSPECTIONS_VIEW)
        found = self._ctx.session.get(Checklist, checklist_id)
        if found is None:
            raise NotFound
        return found

    def version(self, checklist: Checklist, version: int | None = None) -> ChecklistVersion:
        """A version of it, the newest without a number. Raises NotFound."""
        found = self._ctx.session.get(ChecklistVersion, (checklist.id, checklist.version if version is None else version))
        if found is None:
            raise NotFound
        return found

    def create(self, data: Any) -> Checklist:
        """A new checklist (:class:`ChecklistCreate`). Raises NotAllowed, Invalid."""
        ctx = self._ctx
        records.refuse_without(ctx, Permission.CHECKLISTS_EDIT)
        values = deserialize(ChecklistCreate, data)
        items = _checked(values["items"])
        made = Checklist(
            number=ctx.deployment.numbers.take(ctx.session, "JC", ctx.now),
            name=values["name"],
            name_en=values["name_en"],
            active=True,
            version=1,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        ctx.session.add(made)
        ctx.session.flush()
        self._put(made, items)
        self._publish(ChecklistEvent.CREATED, made)
        return made

    def edit(self, checklist_id: int, data: Any, *, expected_version: int | None = None) -> Checklist:
        """Rename it, take it out of use, or ask something else from now on, which makes a new version.

        Raises NotFound, NotAllowed, VersionStale, Invalid.
        """
        ctx = self._ctx
        records.refuse_without(ctx, Permission.CHECKLISTS_EDIT)
        checklist = ctx.session.get(Checklist, checklist_id, with_for_update=True)
        if checklist is None:
            raise NotFound
        if expected_version is not None and expected_version != checklist.version:
            raise VersionStale(version=checklist.version)
        values = deserialize(ChecklistEdit, data)
        items = _checked(values["items"])
        checklist.name, checklist.name_en, checklist.active = values["name"], values["name_en"], values["active"]
        checklist.version += 1
        checklist.updated_at = ctx.now
        self._put(checklist, items)
        self._publish(ChecklistEvent.EDITED, checklist)
        return checklist

    def _put(self, checklist: Checklist, items: Sequence[Item]) -> None:
        ctx = self._ctx
        ctx.session.add(
            ChecklistVersion(
                checklist_id=checklist.id, version=checklist.version, items=[_stored(each) for each in items], created_at=ctx.now
            )
        )
        ctx.session.flush()

    def _publish(self, name: ChecklistEvent, checklist: Checklist) -> None:
        values = {"version": checklist.version, "active": checklist.active}
        self._ctx.publish(Event(name, "checklist", checklist.id, checklist.number, values=values))


def _checked(items: Sequence[Mapping[str, Any]]) -> list[Item]:
    """The items as they are kept. Raises Invalid for a code that stands twice."""
    found: dict[str, Item] = {}
    for place, each in enumerate(items):
        item = Item(**{name: value or "" for name, value in each.items() if name != "types"}, types=tuple(each["types"] or ()))
        if item.code in found:
            raise Invalid({f"items.{place}.code": _("This code stands twice.")})
        found[item.code] = item
    return list(found.values())


def _stored(item: Item) -> dict[str, Any]:
    return {**asdict(item), "types": list(item.types)}
