"""Reporters are erased by rule, and a person on request; what happened stays, and the chain holds."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.accounts.models import User
from shuhua_core.audit.chain import lay, verify
from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound
from shuhua_core.kernel.steps import Step
from shuhua_core.media.store import MediaStore
from shuhua_core.messages.models import Message
from shuhua_core.privacy.persons import PersonService
from shuhua_core.privacy.reporters import erase_due, months_before
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.service import RepairService
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import build_world
from shuhua_core.worker import run_once

PHONE = "13900004321"


@pytest.fixture
def world(deployment):
    with deployment.database.write() as session:
        return build_world(session)


@pytest.fixture
def repair_id(deployment, world):
    """A request that was rejected long ago, with everything personal that one can have."""
    with deployment.database.write() as session:
        world.session = session
        flow = Flow(deployment.context(session, load_actor_by_login(session, "administrator")), world)
        repair = flow.report("customer", "one_1", caller_name="王小明", caller_phone=PHONE)
        RepairService(flow.context("reviewer")).act(repair.id, "reject", {"reason": "王小明 说不用修了"})
        return repair.id


def kept_months(deployment, months):
    return replace(deployment, settings=replace(deployment.settings, retention_months=months))


def everything(session, repair_id):
    repair = session.get(RepairRequest, repair_id)
    steps = session.scalars(select(Step).where(Step.record_kind == "repair", Step.record_id == repair_id)).all()
    entries = session.scalars(select(AuditEntry).where(AuditEntry.record_id == repair_id)).all()
    rows = [*steps, *entries, *session.scalars(select(Message)), repair]
    return str([{name: value for name, value in vars(row).items() if name != "note"} for row in rows])


def test_reporters_are_erased_some_months_after_the_end_and_not_before(deployment, repair_id, clock):
    with deployment.database.write() as session:
        lay(session)
    kept = kept_months(deployment, 6)
    assert erase_due(kept) == 0
    clock.set(clock.now() + timedelta(days=200))
    assert erase_due(kept_months(deployment, 0)) == 0
    assert erase_due(kept) == 1
    assert erase_due(kept) == 0
    with deployment.database.write() as session:
        left = everything(session, repair_id)
        assert "王小明" not in left
        assert "4321" not in left
        repair = session.get(RepairRequest, repair_id)
        assert (repair.state, repair.number != "", repair.symptom != "") == ("rejected", True, True)
        lay(session)
        assert verify(session) is None


@pytest.mark.parametrize(
    ("now", "months", "then"),
    [
        ("2026-11-22", 6, "2026-05-22"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2024-03-30", 1, "2024-02-29"),
        ("2026-01-15", 1, "2025-12-15"),
    ],
)
def test_months_end_where_the_month_does(now, months, then):
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert months_before(moment, months).date().isoformat() == then


def service(deployment, session, login="administrator"):
    return PersonService(deployment.context(session, load_actor_by_login(session, login)))


def test_a_person_is_handed_out_as_a_file_and_that_is_logged(deployment, repair_id, tmp_path):
    run_once(deployment)
    with deployment.database.write() as session:
        file = service(deployment, session).export({"phone": "139 0000 4321"}, MediaStore(deployment.settings))
        told = json.loads(zipfile.ZipFile(io.BytesIO(file.read())).read("person.json"))
        file.close()
        assert [each["caller_name"] for each in told["repairs"]] == ["王小明"]
        assert "password_hash" not in str(told)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "export_person")).one()
        assert PHONE not in str(entry.detail)


def test_a_person_is_erased_on_request_with_their_account(deployment, world, repair_id):
    with deployment.database.write() as session:
        person = service(deployment, session).erase({"login": "customer"})
        assert person.counts["repairs"] == 1
    with deployment.database.write() as session:
        user = session.get(User, world.users["customer"])
        assert (user.active, user.login) == (False, f"erased-{user.id}")
        assert "王小明" not in everything(session, repair_id)
        with pytest.raises(NotFound):
            service(deployment, session).find({"phone": PHONE})
        lay(session)
        assert verify(session) is None


def test_nobody_is_meant_by_nothing_and_nobody_else_may_ask(deployment, world):
    with deployment.database.write() as session:
        for data in ({}, {"phone": "12"}, {"phone": "1390000432"}):
            with pytest.raises(Invalid):
                service(deployment, session).find(data)
        with pytest.raises(NotFound):
            service(deployment, session).find({"login": "nobody"})
        with pytest.raises(NotAllowed):
            service(deployment, session, "dispatcher").find({"phone": PHONE})
