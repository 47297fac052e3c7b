"""What a replay holds back and recalls changes nothing of what it reads and writes."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from shuhua_core.accounts.models import Organisation
from shuhua_core.accounts.organisations import branch_for_division
from shuhua_core.datasets.load.history import History
from shuhua_core.datasets.load.world_load import add_unit, the_maker
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.steps import Step, steps_of
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.service import RepairService

REPORT = {"symptom": "踏板松动", "caller_name": "陈测试", "caller_phone": "13900000055", "address": "某路 1 号"}


@pytest.fixture
def deployment(empty):
    return empty()


@pytest.fixture
def history(deployment):
    return History(deployment, deployment.clock.now())


def report(history, symptom="踏板松动"):
    return RepairService(history.at(history.clock.now())).report({**REPORT, "symptom": symptom})


def test_what_is_held_back_is_there_for_who_asks(history):
    with history.transaction() as session:
        made = report(history)
        assert session.get(RepairRequest, made.id) is made
        assert session.scalars(select(RepairRequest.symptom).where(RepairRequest.id == made.id)).all() == ["踏板松动"]
        made.symptom = "立柱生锈"
        session.flush()
        assert session.scalar(select(RepairRequest.symptom).where(RepairRequest.id == made.id)) == "立柱生锈"


def test_steps_are_there_for_who_asks(history):
    with history.transaction() as session:
        first, second = report(history), report(history)
        assert [step.action for step in steps_of(session, "repair", second.id)] == ["create"]
        assert session.scalar(select(func.count()).select_from(Step)) == 2
        assert first.id != second.id


def test_everything_is_in_the_database_at_the_end(history, deployment):
    with history.transaction():
        made = [report(history, symptom) for symptom in ("踏板松动", "立柱生锈")]
    with deployment.database.read() as session:
        stored = session.scalars(select(RepairRequest).order_by(RepairRequest.id)).all()
        assert [each.number for each in stored] == [each.number for each in made]
        assert [each.version for each in stored] == [1, 1]
        assert session.scalars(select(Step.record_id).where(Step.record_kind == "repair")).all() == [each.id for each in made]


def test_ids_and_numbers_go_on_after_those_of_others(history, deployment):
    with history.transaction():
        first = report(history)
    with deployment.database.write() as session:
        other = RepairService(deployment.context(session, SYSTEM)).report(REPORT)
        session.flush()
        other_id, other_number = other.id, other.number
    with history.transaction():
        second = report(history)
    assert first.id < other_id < second.id
    assert len({first.number, other_number, second.number}) == 3


def test_what_a_refusal_undoes_leaves_no_trace(history, deployment):
    def give_up():
        with history.transaction():
            report(history)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        give_up()
    with deployment.database.read() as session:
        assert session.scalars(select(RepairRequest.id)).all() == []


def test_a_strange_reference_is_refused_at_the_end(history):
    def go_astray():
        with history.transaction() as session:
            report(history).site_id = 4_000_000
            session.flush()

    with pytest.raises(IntegrityError):
        go_astray()


def test_a_new_unit_is_heard_of_within_the_transaction(history):
    with history.transaction() as session:
        ctx = history.at(history.clock.now())
        before = branch_for_division(session, "350582")
        made = add_unit(ctx, kind="branch", name="新分公司", parent=the_maker(session), divisions=["350582"])
        assert branch_for_division(session, "350582") is made
        assert before is not made
        assert session.scalar(select(Organisation.path).where(Organisation.id == made.id)) == made.path
