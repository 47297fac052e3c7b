"""The small world, and what each act told whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.messages.compose import Told, compose
from shuhua_core.messages.models import Message
from shuhua_core.plugins import ChannelRules, Label, Receipt, hookimpl
from shuhua_core.plugins.manager import build_plugin_manager
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import World, build_world
from shuhua_core.worker import Worker


@pytest.fixture
def world(ctx: Context) -> World:
    return build_world(ctx.session)


@pytest.fixture
def flow(ctx: Context, world: World) -> Flow:
    return Flow(ctx, world)


def told_of(entry: OutboxEntry) -> Told:
    return Told(
        source_id=entry.message_id,
        event=entry.event,
        kind=entry.record_kind,
        record_id=entry.record_id,
        number=entry.number or "",
        values=entry.payload["values"],
        actor_id=entry.actor_id,
        at=entry.created_at,
    )


@pytest.fixture
def news(flow: Flow) -> Callable[[], dict[str, str]]:
    """Composes the messages of what happened since the last call: login -> notice; a second notice to one person fails."""
    session, seen = flow.ctx.session, [0]
    logins = {user_id: login for login, user_id in flow.world.users.items()}

    def read() -> dict[str, str]:
        entries = session.scalars(select(OutboxEntry).where(OutboxEntry.id > seen[0]).order_by(OutboxEntry.id)).all()
        found: dict[str, str] = {}
        for entry in entries:
            seen[0] = entry.id
            for message in compose(session, told_of(entry)):
                login = logins[message.user_id]
                assert login not in found, f"{login} is told of {found.get(login)} and of {message.notice}"
                found[login] = message.notice
        return found

    return read


@pytest.fixture
def messages(flow: Flow) -> Callable[[str], list[Message]]:
    """All messages of a person, oldest first."""
    session, users = flow.ctx.session, flow.world.users
    return lambda login: list(session.scalars(select(Message).where(Message.user_id == users[login]).order_by(Message.id)))


class Pager:
    """A channel that keeps what it was given and fails as it is told."""

    name = "pager"
    label = Label(zh="寻呼", en="Pager")
    rules = ChannelRules()

    def __init__(self):
        self.sent, self.error, self.takes = [], None, True

    def accepts(self, notice):
        if isinstance(self.takes, Exception):
            raise self.takes
        return self.takes

    def send(self, notice):
        if self.error is not None:
            raise self.error
        self.sent.append(notice)
        return Receipt("sent")


@pytest.fixture
def pager():
    return Pager()


@pytest.fixture
def plugins(deployment, pager):
    class Plugin:
        @hookimpl
        def shuhua_register_notification_channels(self):
            return [pager]

    return build_plugin_manager(deployment.settings, load_entry_points=False, plugins={"pager": Plugin()})


@pytest.fixture
def work(deployment, plugins):
    """Lets a worker work until nothing is due."""
    with Worker(deployment, plugins, jobs=()) as worker:

        def run():
            for _round in range(20):
                if not worker.run_once():
                    break

        yield run


@pytest.fixture
def settled(deployment):
    """The small world, committed."""
    with deployment.database.write() as session:
        world = build_world(session)
        session.flush()
        session.expunge_all()
    return world


@pytest.fixture
def report(deployment, settled):
    """Somebody reports a fault, which one reviewer is told of."""

    def run(login="customer", **data):
        with deployment.database.write() as session:
            settled.session = session
            Flow(deployment.context(session, SYSTEM), settled).report(login, **data)

    return run
