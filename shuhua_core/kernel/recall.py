"""What a replay of history need not ask the database again; elsewhere everything is asked each time.

A replay marks its session: ``info["alone"]`` where nobody else writes meanwhile (SQLite, behind the gate), and
``info["recalled"]``, a dictionary for answers that stay the same until accounts change or the transaction ends.
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


def locked(session: Session, model: type[RecordT], ids: Collection[int]) -> Sequence[RecordT]:
    """The records with these ids in order of them, as they are now, and locked until the transaction ends."""
    wanted = sorted(ids)
    if session.info.get("alone"):
        found = (session.get(model, each) for each in wanted)
        return [each for each in found if each is not None]
    query = select(model).where(model.id.in_(wanted)).order_by(model.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).all()
