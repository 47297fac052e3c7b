"""Who has to get in touch is told a masked number; nobody else is, and nothing of it is stored."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from shuhua_core.messages.contacts import contacts_of
from shuhua_core.messages.models import Message
from shuhua_core.repairs.models import RepairRequest


@pytest.fixture
def called(deployment, report):
    """Reports of somebody who left a number."""

    def run():
        report()
        with deployment.database.write() as session:
            for repair in session.scalars(select(RepairRequest)):
                repair.caller_phone = "13812341234"

    return run


def test_a_message_for_staff_names_place_fault_and_a_masked_number(deployment, called, work, pager):
    called()
    work()
    [notice] = pager.sent
    lines = notice.text.body.splitlines()
    assert [line.partition("：")[0] for line in lines] == ["地点", "器材", "故障现象", "联系人"]
    assert lines[-1] == "联系人：138****1234"
    assert "138" not in notice.text.brief
    with deployment.database.read() as session:
        [message] = session.scalars(select(Message)).all()
    assert "1234" not in str(message.facts)


def test_who_only_reported_is_told_of_no_number(deployment, called, work):
    called()
    work()
    with deployment.database.write() as session:
        [message] = session.scalars(select(Message)).all()
        message.notice = "rejected"
    with deployment.database.read() as session:
        assert contacts_of(session, session.scalars(select(Message)).all()) == {}


def test_a_digest_names_no_number(called, work, pager, clock):
    clock.set(datetime(2026, 11, 22, 23, tzinfo=ZoneInfo("Asia/Shanghai")))
    called()
    called()
    work()
    clock.set(datetime(2026, 11, 23, 8, 1, tzinfo=ZoneInfo("Asia/Shanghai")))
    work()
    [notice] = pager.sent
    assert "138" not in notice.text.body
