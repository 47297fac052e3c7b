"""What a writer of many records need not ask the database again; elsewhere everything is asked each time.

Such a writer (a replay of history, an import) marks its session: ``info["alone"]`` where nobody else writes meanwhile what it
reads (on SQLite behind the gate; elsewhere it has locked what it will change), ``info["recalled"]``, a dictionary for answers
that stay the same until accounts change or the transaction ends, and ``info["foreseen"]``, one for answers that it asked for
beforehand, for many records in one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

ValueT = TypeVar("ValueT")
RecordT = TypeVar("RecordT", bound=Any)


def recalled(session: Session, key: Hashable, ask: Callable[[], ValueT]) -> ValueT:
    """What ``ask()`` gives; in a replay it is asked once."""
    memory = session.info.get("recalled")
    if memory is None:
        return ask()
    if key not in memory:
        memory[key] = ask()
    return memory[key]  # type: ignore[no-any-return]


def foreseen(session: Session, key: Hashable, ask: Callable[[], ValueT]) -> ValueT:
    """What was found out beforehand, once: the next who asks may ask because of what happened meanwhile. Else ``ask()``."""
    memory = session.info.get("foreseen", {})
    return memory.pop(key) if key in memory else ask()


def locked(session: Session, model: type[RecordT], ids: Collection[int]) -> Sequence[RecordT]:
    """The records with these ids in order of them, as they are now, and locked until the transaction ends."""
    wanted = sorted(ids)
    if session.info.get("alone"):
        found = (session.get(model, each) for each in wanted)
        return [each for each in found if each is not None]
    query = select(model).where(model.id.in_(wanted)).order_by(model.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).all()
