"""A phone's queue against the server, in any order, replayed, unheard, revoked: the same comes of it, each thing once.

Some sequences here; thousands by `make queue-server`.
"""

from __future__ import annotations

import os
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from shuhua_core.accounts.models import LoginSession
from shuhua_core.accounts.sessions import end_session, token_hash
from shuhua_core.kernel import idempotency
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.steps import steps_of
from shuhua_core.media.models import MediaFile
from shuhua_core.quarantine.models import HeldRequest
from shuhua_core.tasks.models import Task
from tests.web.client import API, Person
from tests.web.work import flow_in, jpeg

SEQUENCES = int(os.environ.get("SHUHUA_QUEUE_SEQUENCES", "40"))
WORKS = ("take", "depart", "arrive", "start")


@dataclass
class Item:
    """Something done on the phone, under one key for ever."""

    path: str
    body: dict[str, Any]
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    heard: bool = False
    """Whether the phone knows that the server has carried it out."""


class Phone(RuleBasedStateMachine):
    """A repairer's phone with one task of its own; what it did is known by the notes that it gave."""

    app: Any = None
    deployment: Any = None
    world: Any = None

    def __init__(self) -> None:
        super().__init__()
        with flow_in(self.deployment, self.world) as flow:
            self.task_id = flow.to_assigned(flow.approve(flow.report())).id
        self.person = Person(self.app, self.deployment, "repairer")
        self.manager = Person(self.app, self.deployment, "agent_manager")
        self.items: list[Item] = [self._act(action, {}) for action in WORKS]
        self.media: list[int] = []
        self.revoked = self.was_revoked = False

    def _act(self, action: str, body: dict[str, Any]) -> Item:
        return Item(f"/tasks/{self.task_id}/actions/{action}", body)

    @rule(pictured=st.booleans(), years=st.sampled_from([0, 0, 10, -10]))
    def work(self, pictured, years):
        """A note, at times with a picture, by a clock that may be years off."""
        moment = self.deployment.clock.now() + timedelta(days=365 * years)
        body: dict[str, Any] = {"text": f"note {uuid.uuid4()}", "captured_at": moment.isoformat()}
        if pictured and not self.revoked:
            file = [("file", "a.jpg", jpeg())]
            sent = self.person.api.app.post(f"{API}/media", upload_files=file, headers=self.person.api.headers, status=201)
            self.media.append(sent.json["id"])
            body["media_ids"] = [sent.json["id"]]
        self.items.append(self._act("feedback", body))

    @rule(which=st.integers(0, 30), heard=st.booleans())
    def send(self, which, heard):
        """Any of them, also one that has been sent; the answer may be lost. Steps of the work wait for the one before."""
        item = self.items[which % len(self.items)]
        if item in self.items[: len(WORKS)]:
            steps = self.items[: self.items.index(item) + 1]
            item = next((each for each in steps if not each.heard), item)
        self._send(item, heard=heard)

    def _send(self, item: Item, *, heard: bool = True) -> None:
        answer = self.person.api.post(item.path, item.body, key=item.key)
        assert answer.status_int in {200, 403}, answer.text
        if answer.status_int == 403:
            assert self.revoked
            assert answer.json["code"] == "quarantined"
        done = answer.status_int == 200 or answer.json.get("state") == "applied"
        item.heard = item.heard or (heard and done)

    @precondition(lambda self: not self.revoked)
    @rule()
    def revoke(self):
        """Somebody else ends the phone's session."""
        with self.deployment.database.write() as session:
            mine = session.scalars(select(LoginSession.id).where(LoginSession.token_hash == token_hash(self.person.token))).one()
            ctx = self.deployment.context(session, SYSTEM)
            end_session(ctx, mine, user_id=self.person.user_id, revoked=True)
        self.revoked = self.was_revoked = True

    @precondition(lambda self: self.revoked)
    @rule()
    def sign_in_again(self):
        """The phone was found."""
        self.person = Person(self.app, self.deployment, "repairer")
        self.revoked = False

    @precondition(lambda self: self.revoked)
    @rule()
    def manager_carries_out(self):
        """What waits, as far as the manager may."""
        with self.deployment.database.read() as session:
            waiting = session.scalars(select(HeldRequest.id).where(HeldRequest.state == "waiting")).all()
        for held in waiting:
            self.manager.office.post_form(f"/quarantine/{held}/apply", status=303)

    def teardown(self) -> None:
        """The line is good at last: everything goes through, and each thing is there once."""
        if self.revoked:
            self.sign_in_again()
        for item in (*self.items, *reversed(self.items)):
            self._send(item)
        assert all(item.heard for item in self.items)
        with self.deployment.database.read() as session:
            task = session.get_one(Task, self.task_id)
            steps = steps_of(session, "task", self.task_id)
            notes = Counter(step.note for step in steps if step.action == "feedback")
            attached = session.scalars(select(MediaFile.record_id).where(MediaFile.id.in_(self.media))).all()
        assert task.state == "repairing"
        assert [step.action for step in steps if step.action in WORKS] == list(WORKS)
        assert notes == Counter(item.body["text"] for item in self.items if "text" in item.body)
        assert attached == [self.task_id] * len(self.media)


def _run(deployment, app, world, **more):
    machine = type("Here", (Phone,), {"deployment": deployment, "app": app, "world": world})
    run_state_machine_as_test(
        machine, settings=settings(stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck), **more)
    )


@pytest.mark.slow
@pytest.mark.timeout(36_000)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_whatever_order_and_whatever_breaks_the_same_comes_of_a_queue(deployment, app, world):
    _run(deployment, app, world, max_examples=SEQUENCES)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_planted_bug_turns_it_red(deployment, app, world, monkeypatch):
    """A server that does not know keys again does things twice."""
    monkeypatch.setattr(idempotency, "claim", lambda *_: None)
    monkeypatch.setattr(idempotency, "store", lambda *_: None)
    with pytest.raises(AssertionError):
        _run(deployment, app, world, max_examples=20, phases=[Phase.generate], database=None)
