"""Lists with something in them."""

import uuid

import pytest

from shuhua_core.messages.models import Message
from tests.conftest import NOW
from tests.web.work import flow_in, in_english


@pytest.fixture
def browser(as_):
    """People's browsers by login, in English."""
    return in_english(as_)


@pytest.fixture
def office(browser):
    """The dispatcher's."""
    return browser("dispatcher")


@pytest.fixture
def filled(deployment, world):
    """Requests and tasks in several states, follow-ups and messages, beside the archives of the small world."""
    with flow_in(deployment, world) as flow:
        first, second = flow.report(symptom="漫步机踏板松动"), flow.report("customer_2", "two_1", symptom="扶手断裂")
        flow.report("customer", symptom="=HYPERLINK(1)")
        flow.approve(second)
        flow.to_completed(flow.to_assigned(flow.approve(first)))
        flow.world.session.add(
            Message(
                source_id=str(uuid.uuid4()),
                user_id=world.users["repairer"],
                notice="task_waiting",
                record_kind="task",
                record_id=1,
                number="RW20260101-0001",
                facts={},
                created_at=NOW,
            )
        )
    return world
