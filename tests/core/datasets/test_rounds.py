"""The inspections of the demonstration."""

from __future__ import annotations

from sqlalchemy import func, select

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.datasets.invent import plan
from shuhua_core.datasets.load import demo_data
from shuhua_core.datasets.load.casting import cast
from shuhua_core.datasets.load.replay import Replay
from shuhua_core.datasets.load.rounds import Rounds
from shuhua_core.followups.models import Followup
from shuhua_core.inspections.due import due_list, today_of
from shuhua_core.inspections.figures import coverage
from shuhua_core.inspections.models import Inspection
from tests.conftest import NOW
from tests.core.datasets.conftest import Empty, load_divisions_of


def test_the_inspector_has_something_due_and_the_authority_sees_coverage(empty: Empty) -> None:
    planned = plan(5, sites=40, repairs=30, ends_at=NOW, years=1)
    players = cast(planned)
    deployment = empty()
    load_divisions_of(deployment, planned)
    replay = Replay(deployment, planned, logins=dict(players.logins))
    for _name, steps, _total in replay.parts():
        sum(steps)
    demo_data._others(deployment, replay, players, NOW, "no password")
    made = Rounds(deployment, NOW, players.division).make()
    with deployment.database.read() as session:
        assert made == session.scalar(select(func.count()).select_from(Inspection)) > 20
        inspector = deployment.context(session, load_actor_by_login(session, "inspector"))
        mine = due_list(inspector, mine=True, until=today_of(inspector))
        assert mine
        authority = deployment.context(session, load_actor_by_login(session, "authority"))
        assert sum(each.done for each in coverage(authority, NOW.date().replace(month=8), NOW.date())) > 0
        assert session.scalar(select(func.count()).where(Followup.task_id.is_(None))) == 4
