"""A house in which everybody has a request of their own, and somebody who calls any route as anybody."""

from __future__ import annotations

import io
import logging
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select
from webob import Request, Response

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.accounts.sessions import open_session
from shuhua_core.audit.models import AuditEntry
from shuhua_core.followups.models import Followup
from shuhua_core.inspections.models import Checklist
from shuhua_core.inspections.plans import PlanService
from shuhua_core.inspections.service import InspectionService
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.choice_store import ChoiceEntry
from shuhua_core.kernel.clock import SetClock
from shuhua_core.media.models import HELD
from shuhua_core.media.service import MediaService
from shuhua_core.media.store import MediaStore, StoredFile
from shuhua_core.messages.models import Message
from shuhua_core.parts.models import ReturnedPart
from shuhua_core.quarantine.models import HeldRequest
from shuhua_core.quotations.service import QuotationService
from shuhua_core.sites.labels.service import LabelService
from shuhua_core.sites.lifetimes.models import LifetimeRule
from shuhua_core.testing.factories import accounts
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import World
from shuhua_web import make_app
from tests.conftest import NOW, open_for_test
from tests.permissions.cells import ROLES, STRANGER, Row
from tests.web.conftest import populated  # noqa: F401 - the small world, here too

CASES = {
    "a": ("customer", "one_1", "", "agent", "agent_manager", "repairer"),
    "b": ("host_unit", "one_2", "", "agent", "agent_manager", "colleague"),
    "c": ("customer_2", "two_1", "", "agent_2", "agent_manager_2", "repairer_2"),
    "e": ("customer_2", "two_2", "", "department", "department_manager", "repairer_department"),
    "d": ("customer_other", "other_1", "_other", "other_agent", "agent_manager_other", "repairer_other"),
}
"""Record -> reporter, piece, ending of the branch's logins, unit, its manager, repairer."""
PLACES = {"a": "one", "c": "two", "d": "other"}


@dataclass
class House:
    """The application on a database with everybody's records; ``call`` sends a request for a cell."""

    app: Any
    deployment: Any
    world: World
    ids: dict[tuple[str, str], Any] = field(default_factory=dict)
    tokens: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Login -> token of a phone, cookie of a browser, its CSRF token."""

    @cached_property
    def patterns(self) -> dict[str, str]:
        """Route -> pattern."""
        routes = self.app.registry.introspector.get_category("routes")
        return {each["introspectable"]["name"]: each["introspectable"]["pattern"] for each in routes}

    def address(self, row: Row, role: str, record: str) -> str:
        """The path of a cell."""
        own = self.ids.get((row.kind, record, role)) or self.ids.get((row.kind, record))
        values = {"id": own, "code": own, "repair_id": self.ids.get(("repair", record)), **row.fill}
        return re.sub(r"\{([a-z_]+)(?::(?:[^{}]|\{[^{}]*\})*)?\}", lambda match: str(values[match[1]]), self.patterns[row.route])

    def sign_in(self, role: str) -> tuple[str, str, str]:
        """New sessions of a phone and a browser."""
        with self.deployment.database.write() as session:
            ctx = self.deployment.context(session, load_actor_by_login(session, role))
            device, browser = open_session(ctx, kind="device"), open_session(ctx)
        return device.token, browser.token, browser.csrf_token

    def call(self, row: Row, role: str, record: str, method: str | None = None) -> Response:
        """Send the request of a cell."""
        request = Request.blank(self.address(row, role, record), method=method or row.method)
        request.headers["Accept-Language"] = "en"
        tokens = self.sign_in(role) if row.send == "fresh" and role != STRANGER else self.tokens[role]
        if row.is_api:
            if role != STRANGER:
                request.headers["Authorization"] = f"Bearer {tokens[0]}"
            request.headers["Idempotency-Key"] = str(uuid.uuid4())
            request.headers["Idempotency-Space"] = "a-secret-of-somebody-with-32-characters"
            if row.method == "PATCH":
                request.headers["If-Match"] = '"999"'
        else:
            request.cookies["shuhua-visitor" if role == STRANGER else "shuhua-session"] = tokens[1]
            request.headers["X-CSRF-Token"] = tokens[2]
        if row.send == "form":
            request.content_type = "multipart/form-data; boundary=x"
            request.body = b'--x\r\nContent-Disposition: form-data; name="no_such_field"\r\n\r\n1\r\n--x--\r\n'
        elif row.send in BODIES:
            request.content_type = "application/json"
            request.body = BODIES[row.send]
        answer = request.get_response(self.app)
        assert answer.body is not None  # read to its end, so that files are closed
        return answer

    def changes(self) -> int:
        """How many entries the log of changes has."""
        with self.deployment.database.read() as session:
            return session.scalar(select(func.count()).select_from(AuditEntry))


BODIES = {
    "json": b'{"no_such_field": 1}',
    "empty": b"{}",
    "deadline": '{"due_at": "2027-01-01T00:00:00Z", "reason": "等配件"}'.encode(),
}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """No log: it would be kept for each of the thousands of refusals, in case a test fails."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def house(template, populated, tmp_path_factory) -> Iterator[House]:  # noqa: F811
    """The house, once for all cells: what is refused changes nothing, and what is let through carries nothing."""
    url = template.copy(populated[0])
    deployment = open_for_test(url, tmp_path_factory.mktemp("media"), SetClock(NOW))
    made = House(make_app(deployment), deployment, populated[1])
    furnish(made)
    for role in ROLES:
        made.tokens[role] = visitor(made.app) if role == STRANGER else made.sign_in(role)
    yield made
    deployment.database.dispose()
    template.drop(url)


def visitor(app: Any) -> tuple[str, str, str]:
    """Cookie and token of a browser in which nobody has signed in."""
    page = Request.blank("/sign-in").get_response(app)
    cookie = re.search(r"shuhua-visitor=([^;]+)", " ".join(page.headers.getall("Set-Cookie")))[1]
    return "", cookie, re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]


def furnish(house: House, records: str = "abced") -> None:
    """A request with an assigned task, one with a follow-up, a picture and a message for each of the records."""
    deployment, world, ids = house.deployment, house.world, house.ids
    with deployment.database.write() as session:
        flow = Flow(
            deployment.context(session, SYSTEM),
            World(session, world.units, world.customers, world.sites, world.pieces, world.users),
        )
        if ("user", "a") not in ids:
            people = {"colleague": "agent", "spare": "branch"}
            for login, unit in people.items():
                role = "repairer" if login == "colleague" else "content_editor"
                made = accounts.user(session, role, organisation=world.units[unit], login=login)
                flow.world.users = {**flow.world.users, login: made.id}
                ids["user", "a"] = made.id
        for record in records:
            _case(flow, record, ids, MediaStore(deployment.settings))
            _quote(flow, record, ids)
        for record, place in PLACES.items():
            ids["site", record], ids["customer", record] = world.sites[place].id, world.customers[place].id
            ids["project", record] = world.sites[place].project_id
            ids["equipment", record], ids["code", record] = world.pieces[f"{place}_1"].id, world.pieces[f"{place}_1"].code
            if record in records:
                _inspect(flow, record, place, ids)
        for record, login in (("a", "dispatcher"), ("b", "collector"), ("d", "dispatcher_other")) if "a" in records else ():
            labels = LabelService(flow.context(login))
            ids["label", record] = labels.batch(labels.make_batch({"count": 1}).id)[1][0].id
        ids["model", "a"], ids["organisation", "a"], ids["absent", "a"] = (
            world.pieces["one_1"].model_id,
            world.units["agent"].id,
            999_999,
        )
        for role in (*ROLES[1:], "dispatcher_other") if "a" in records else ():
            message = Message(
                source_id=str(uuid.uuid4()), user_id=world.users[role], notice="task_waiting", record_kind="task",
                record_id=ids["task", "a"], number="RW-1", facts={}, created_at=deployment.clock.now(),
            )  # fmt: skip
            session.add(message)
            session.flush()
            ids["message", "a", role] = message.id
        if "a" in records:
            for kind, name in (("code_word", "causes"), ("kind_word", "site_kinds")):
                ids[kind, "a"] = session.scalar(select(ChoiceEntry.id).where(ChoiceEntry.list_name == name).order_by("position"))
            held = HeldRequest(
                user_id=world.users["repairer"], organisation_path=world.units["agent"].path, reason="revoked",
                key=str(uuid.uuid4()), path="/api/v1/tasks/999999/actions/take", body={}, received_at=deployment.clock.now(),
            )  # fmt: skip
            session.add(held)
            session.flush()
            ids["held", "a"] = held.id
            waiting = MediaService(flow.context("repairer")).add(_kept(MediaStore(deployment.settings)))
            waiting.record_kind, waiting.record_id = HELD, held.id
            session.flush()
            ids["held_media", "a"] = waiting.id
            ids["message", "a"] = ids["message", "d"] = ids.pop(("message", "a", "dispatcher_other"))


def _inspect(flow: Flow, record: str, place: str, ids: dict[tuple[str, str], Any]) -> None:
    """A plan and an inspection of a site, without faults."""
    end, site_id = CASES[record][2], flow.world.sites[place].id
    checklist = flow.ctx.session.scalars(select(Checklist).where(Checklist.number == "outdoor")).one()
    values = {"site_id": site_id, "checklist_id": checklist.id, "interval_days": 30, "starts_on": "2026-11-22"}
    plan = PlanService(flow.context(f"dispatcher{end}")).create(values)
    found = {"equipment_id": flow.world.pieces[f"{place}_1"].id, "item": "fixing", "result": "normal"}
    inspection = InspectionService(flow.context(f"inspector{end}")).record(
        {"site_id": site_id, "checklist_id": checklist.id, "items": [found]}
    )
    ids["plan", record], ids["inspection", record], ids["checklist", "a"] = plan.id, inspection.id, checklist.id
    ids["lifetime", "a"] = flow.ctx.session.scalars(select(LifetimeRule.id).order_by(LifetimeRule.id)).first()


def _quote(flow: Flow, record: str, ids: dict[tuple[str, str], Any]) -> None:
    """A quotation that was sent, for a request of its own out of warranty."""
    reporter, piece, end, unit, manager, repairer = CASES[record]
    task = flow.approve(flow.report(reporter, piece), reviewer=f"reviewer{end}", in_warranty=False)
    flow.task(f"dispatcher{end}", task, "allocate", unit_id=flow.world.units[unit].id)
    flow.task(manager, task, "accept")
    flow.task(manager, task, "assign", repairer_id=flow.world.users[repairer])
    line = {"kind": "labour", "text": "上门", "quantity": "1", "unit_price": "80"}
    made = QuotationService(flow.context(manager)).create(task.id, {"lines": [line]})
    QuotationService(flow.context(manager)).act(made.id, "send")
    ids["quotation", record] = made.id


def _kept(store: MediaStore) -> StoredFile:
    """A picture in the store."""
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    out.seek(0)
    return store.receive(out)


def _case(flow: Flow, record: str, ids: dict[tuple[str, str], Any], store: MediaStore) -> None:
    reporter, piece, end, unit, manager, repairer = CASES[record]
    session, world = flow.ctx.session, flow.world
    media = MediaService(flow.context(reporter)).add(_kept(store))
    for kind in ("task", "followup"):
        values = {"media_ids": [media.id], "caller_phone": "13900000009"} if kind == "task" else {}
        repair = flow.report(reporter, piece, **values)
        task = flow.approve(repair, reviewer=f"reviewer{end}")
        flow.task(f"dispatcher{end}", task, "allocate", unit_id=world.units[unit].id)
        flow.task(manager, task, "accept")
        flow.task(manager, task, "assign", repairer_id=world.users[repairer])
        if kind == "task":
            ids["repair", record], ids["task", record], ids["media", record] = repair.id, task.id, media.id
        else:
            flow.to_completed(task, repairer, parts=[{"name": "轴承"}])
            ids["part", record] = session.scalar(select(ReturnedPart.id).where(ReturnedPart.task_id == task.id))
            ids["followup", record] = session.scalar(select(Followup.id).where(Followup.task_id == task.id))
