"""A phone's queue against the server, in any order, replayed, unheard, revoked: the same comes of it, each thing once.

Some sequences here; thousands by `make queue-server`.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from webtest import AppError

from shuhua_core.accounts.models import LoginSession
from shuhua_core.accounts.sessions import end_session, token_hash
from shuhua_core.kernel import idempotency
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.clock import is_skewed, is_wrong
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.steps import Step, steps_of
from shuhua_core.media import service
from shuhua_core.media.models import MediaFile
from shuhua_core.quarantine.models import HeldRequest
from shuhua_core.tasks.models import Task
from shuhua_web.quarantine import carrying_out
from tests.web.client import API, Person
from tests.web.media.tus_client import Tus
from tests.web.work import flow_in, jpeg

SEQUENCES = int(os.environ.get("SHUHUA_QUEUE_SEQUENCES", "40"))
WORKS = ("take", "depart", "arrive", "start")
PICTURE = jpeg()


@dataclass
class Item:
    """Something done on the phone, under one key for ever."""

    path: str
    body: dict[str, Any]
    years: int = 0
    """By how many the phone's clock was ahead."""
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
            task = flow.to_assigned(flow.approve(flow.report()))
            self.task_id, self.due_at = task.id, task.due_at
        self.began = self.deployment.clock.now()
        self.person = Person(self.app, self.deployment, "repairer")
        self.manager = Person(self.app, self.deployment, "agent_manager")
        self.items: list[Item] = [self._act(action, {}) for action in WORKS]
        self.media: dict[int, str] = {}
        """The files that were sent, and the hash of each."""
        self.revoked = False
        self._note(pictured=True, years=0)

    def _act(self, action: str, body: dict[str, Any], years: int = 0) -> Item:
        return Item(f"/tasks/{self.task_id}/actions/{action}", body, years)

    def _device_time(self, item: Item) -> datetime:
        return self.deployment.clock.now() + timedelta(days=365 * item.years)

    @rule(pictured=st.booleans(), years=st.sampled_from([0, 0, 10, -10]))
    def work(self, pictured, years):
        """A note, at times with a picture, by a clock that may be years off."""
        self._note(pictured=pictured and not self.revoked, years=years)

    def _note(self, *, pictured: bool, years: int) -> None:
        moment = self.deployment.clock.now() + timedelta(days=365 * years)
        body: dict[str, Any] = {"text": f"note {uuid.uuid4()}", "captured_at": moment.isoformat()}
        if pictured:
            body["media_ids"] = [self._upload(PICTURE + secrets.token_bytes(20))]
        self.items.append(self._act("feedback", body, years))

    def _upload(self, content: bytes) -> int:
        tus, half = Tus(self.person.api), len(content) // 2
        upload = tus.begin(len(content))
        tus.patch(upload, 0, content[:half])
        sent = tus.patch(upload, half, content[half:])
        self.media[int(sent.headers["Upload-Media-Id"])] = hashlib.sha256(content).hexdigest()
        return int(sent.headers["Upload-Media-Id"])

    @rule(which=st.integers(0, 30), heard=st.booleans())
    def send(self, which, heard):
        """Any of them, also one that has been sent; the answer may be lost. Steps of the work wait for the one before."""
        item = self.items[which % len(self.items)]
        if item in self.items[: len(WORKS)]:
            steps = self.items[: self.items.index(item) + 1]
            item = next((each for each in steps if not each.heard), item)
        self._send(item, heard=heard)

    @rule(heard=st.booleans())
    def send_all(self, heard):
        """The queue runs: what the phone has not heard of, in its order."""
        for item in self.items:
            if not item.heard:
                self._send(item, heard=heard)

    def _send(self, item: Item, *, heard: bool = True) -> None:
        clock = {"Device-Time": self._device_time(item).isoformat()}
        answer = self.person.api.post(item.path, item.body, key=item.key, headers=clock)
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
        self.revoked = True

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
        for held in self._waiting():
            self.manager.office.post_form(f"/quarantine/{held}/apply", status=303)

    def _waiting(self) -> Sequence[int]:
        """What waits of this task: what others left is not ours to wait for."""
        of_task = HeldRequest.path.startswith(f"{API}/tasks/{self.task_id}/")
        with self.deployment.database.read() as session:
            return session.scalars(select(HeldRequest.id).where(HeldRequest.state == "waiting", of_task)).all()

    def teardown(self) -> None:
        """The line is good at last: everything goes through, and each thing is there once."""
        if self.revoked:
            self.sign_in_again()
        for item in (*self.items, *reversed(self.items)):
            self._send(item)
        assert all(item.heard for item in self.items)
        self.manager_carries_out()  # what came by itself since then is done no second time
        assert self._waiting() == []
        with self.deployment.database.read() as session:
            task = session.get_one(Task, self.task_id)
            steps = steps_of(session, "task", self.task_id)
            attached = session.execute(
                select(MediaFile.id, MediaFile.sha256, MediaFile.record_kind, MediaFile.record_id).where(
                    MediaFile.id.in_(self.media)
                )
            ).all()
        assert (task.state, task.due_at) == ("repairing", self.due_at)
        assert [step.action for step in steps if step.action in WORKS] == list(WORKS)
        notes = [step for step in steps if step.action == "feedback"]
        assert Counter(step.note for step in notes) == Counter(item.body["text"] for item in self.items if "text" in item.body)
        assert sorted(attached) == [(media, digest, "task", self.task_id) for media, digest in sorted(self.media.items())]
        self._clocks_were_noted(notes)

    def _clocks_were_noted(self, notes: list[Step]) -> None:
        """The server's time stands in each step, and by how much the phone's was off, unless a manager sent it."""
        years = {item.body["text"]: item.years for item in self.items if "text" in item.body}
        for step in notes:
            assert self.began <= step.at <= self.deployment.clock.now()
            assert step.captured_at is not None
            assert is_skewed(step.captured_at, step.at) == (years[str(step.note)] != 0)
            if step.actor_id == self.person.user_id:
                assert is_wrong(step.clock_skew) == (years[str(step.note)] != 0)


def _run(deployment, app, world, **more):
    machine = type("Here", (Phone,), {"deployment": deployment, "app": app, "world": world})
    run_state_machine_as_test(
        machine, settings=settings(stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck), **more)
    )


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_whatever_order_and_whatever_breaks_the_same_comes_of_a_queue(deployment, app, world):
    _run(deployment, app, world, max_examples=SEQUENCES)


def forget_keys(monkeypatch):
    """A server that does not know keys again."""
    monkeypatch.setattr(idempotency, "claim", lambda *_: None)
    monkeypatch.setattr(idempotency, "store", lambda *_: None)


def mistake_the_owner(monkeypatch):
    """What a manager carries out counts as the manager's own."""
    monkeypatch.setattr(carrying_out, "KEY_OWNER", "shuhua.nobody")


def withhold_files(monkeypatch):
    """Files of what was held back are nobody's any more, also when their sender has come back."""
    monkeypatch.setattr(service, "HELD", "nobody's")


def trust_the_phone(monkeypatch):
    """It is as late as the phone's clock says."""
    right = Deployment.context

    def wrong(deployment, session, actor):
        ctx = right(deployment, session, actor)
        return replace(ctx, now=ctx.now + timedelta(seconds=session.info.get("clock_skew", 0)))

    monkeypatch.setattr(Deployment, "context", wrong)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("plant", [forget_keys, mistake_the_owner, withhold_files, trust_the_phone])
def test_a_planted_bug_turns_it_red(deployment, app, world, monkeypatch, plant):
    plant(monkeypatch)
    with pytest.raises((AssertionError, AppError)):
        _run(deployment, app, world, max_examples=1000, phases=[Phase.generate], database=None, report_multiple_bugs=False)
