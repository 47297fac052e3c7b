"""The permission matrix: complete by construction, and true cell by cell, over the API and the office."""

import re
import zipfile
from collections import Counter
from io import BytesIO
from itertools import islice

import pytest
from pypdf import PdfReader

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.clock import SetClock
from shuhua_web import make_app
from shuhua_web.security import PUBLIC, SIGNED_IN
from tests.conftest import NOW, open_for_test
from tests.permissions.cells import HERE, ROLES, STRANGER, WHOSE, cells, expected, reach, rows
from tests.permissions.conftest import House, furnish, visitor

PARTS = 4
"""Parts of the matrix, so that several processes share it."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NEVER_THE_SAME = {"metrics", "api.changes", "second_factor"}
"""What counts, or shows a secret that is made for each look."""
SAFE = {"GET", "HEAD", "OPTIONS"}
OWN_HEAD = "api.uploads.view"
"""To which tus gives a HEAD with a meaning of its own."""
OTHER_METHODS = ("OPTIONS", "PUT", "DELETE", "TRACE", "PATCH", "POST")


def views(app):
    """(route, method, permission) of every view, but static files and error views."""
    for each in app.registry.introspector.get_category("views"):
        view = each["introspectable"]
        route = view["route_name"]
        if route is None or route.startswith("__static"):
            continue
        methods = view["request_methods"] or ("GET", "POST")
        permission = next(iter(related.title for related in each["related"] if related.category_name == "permissions"), None)
        for method in [methods] if isinstance(methods, str) else methods:
            yield route, method, permission


def test_every_route_and_method_has_a_row_and_every_row_a_route(house):
    live = {(route, method) for route, method, _permission in views(house.app)}
    table = {(row.route, row.method) for row in rows()}
    assert live - table == set(), f"new routes need rows in {HERE / 'matrix.csv'}"
    assert table - live == set(), "rows whose route is gone"


def test_every_action_of_the_workflow_tables_has_a_row(house):
    live = set()
    for route, workflow in (("api.repairs.act", "repairs"), ("api.tasks.act", "tasks")):
        with house.deployment.database.read() as session:
            table = house.deployment.workflows.newest(session, workflow)
        live |= {(route, action) for action in table.actions}
    known = {(row.route, row.fill["action"]) for row in rows() if row.route in {"api.repairs.act", "api.tasks.act"}}
    assert known == live


def test_the_words_of_the_table_are_words_of_the_house():
    table = reach()
    for row in rows():
        assert row.gate in {"public", "signed_in", "visitor", *Permission}, row
        assert row.act in {"", "nobody", *table}, row
        assert row.kind in WHOSE, row
    assert set(ROLES) >= {role for roles in table.values() for role in roles}


@pytest.mark.parametrize("part", range(PARTS))
def test_every_cell_of_what_is_refused_is_answered_so_and_changes_nothing(house, part):
    walk(house, part, let_through=False)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_cell_of_what_is_let_through_is(house, part):
    walk(house, part, let_through=True)


def walk(house, part, *, let_through):
    """Call the cells that are let through, or all others, which change nothing. On PostgreSQL every seventh stands for all."""
    before, wrong, seen = house.changes(), [], Counter()
    step = PARTS if house.deployment.database.dialect == "sqlite" else 7 * PARTS
    for row, role, record, statuses in islice(cells(), part, None, step):
        if (statuses is row.done) != let_through:
            continue
        answer = house.call(row, role, record)
        seen[answer.status_int] += 1
        if answer.status_int not in statuses:
            wrong.append(
                f"{row.route} {row.method} {row.fill} as {role} of {record}: {answer.status_int}, not {sorted(statuses)}"
            )
    assert not wrong, "\n".join([f"{len(wrong)} of {seen.total()} cells are wrong:", *wrong[:400]])
    if not let_through:
        assert house.changes() == before


def test_what_is_out_of_sight_is_answered_like_what_does_not_exist(house):
    """Problem and page say the same of a record of the other branch and of none."""
    table, different = reach(), []
    for row in rows():
        if row.kind not in {"repair", "task", "site", "equipment", "customer", "project", "followup"} or row.method != "GET":
            continue
        house.ids[row.kind, "none"] = 987_654
        for role in ROLES:
            if expected(row, role, "d", table) == {404}:
                there, nowhere = (
                    said(house.call(row, role, record), house.address(row, role, record)) for record in ("d", "none")
                )
                if there != nowhere:
                    different.append((row.route, role))
    assert not different


def said(answer, address):
    """What an answer says, without what differs between any two answers: its id, its nonce, its tokens, its own address."""
    text = answer.text.replace(answer.headers["X-Request-ID"], "")
    if answer.content_type == "text/html":
        text = re.search(r"<main.*?</main>", text, re.DOTALL)[0]
    return text.replace(address, "")


def test_each_view_that_changes_something_asks_for_more_than_reading(house):
    """Whoever may only read has no business at a changing view, but where the action itself names its permission."""
    reading = {SIGNED_IN, PUBLIC, *(each for each in Permission if each.endswith(".view"))}
    decided_by_the_action = {
        "api.repairs.act", "api.tasks.act", "api.equipment.act", "api.reports.act", "repairs.act", "tasks.act", "equipment.act",
        "api.parts.act", "parts.act", "api.quotations.act", "quotations.act", "api.reports.quotations.act",
        "public.quotation.act",
        "public.report.act", "public.piece", "public.site.piece", "public.join", "public.contact",
        "api.repairs.list", "api.repairs.view", "repairs.edit",
    }  # fmt: skip
    ones_own = {
        "api.session", "sign_in", "sign_in.code", "sign_out", "password", "language", "second_factor", "sessions.end",
        "absences.own", "password.forgotten", "api.password_reset", "account.link",
        "api.messages.read", "api.messages.read_all", "messages.read_all", "api.push_subscription",
        "lists.columns", "lists.save", "lists.change", "lists.remove", "lists.export", "lists.bulk",
    }  # fmt: skip
    weak = {route for route, method, permission in views(house.app) if method not in SAFE and permission in reading}
    assert weak - decided_by_the_action - ones_own == set()
    checked = {row.route for row in rows() if row.method != "GET" and (row.act or row.gate == "public")}
    assert weak & decided_by_the_action <= checked


def test_methods_that_a_route_does_not_have_do_nothing(house):
    """As the administrator, who may see most: 405, or 404 and 403 as for the methods that there are; HEAD is a GET."""
    has = Counter((route, method) for route, method, _permission in views(house.app))
    done, before, wrong = set(), house.changes(), []
    for row in rows():
        if row.route in done or row.send == "fresh":
            continue
        done.add(row.route)
        for method in OTHER_METHODS:
            if (row.route, method) in has:
                continue
            answer = house.call(row, "administrator", WHOSE[row.kind][0], method)
            if answer.status_int not in {403, 404, 405}:
                wrong.append((row.route, method, answer.status_int))
    assert not wrong
    assert house.changes() == before


def test_head_is_answered_as_get_without_a_body(house):
    table = reach()
    for row in rows():
        if row.method != "GET" or row.route == OWN_HEAD:
            continue
        for role in ("administrator", "auditor", STRANGER):
            record = WHOSE[row.kind][0]
            answer = house.call(row, role, record, "HEAD")
            assert answer.status_int in expected(row, role, record, table), (row.route, role)
            assert not answer.body


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_rows_of_another_branch_change_no_answer(template, populated, tmp_path_factory):
    """Whoever reaches no further than their branch reads the same before and after the other branch has records."""
    url = template.copy(populated[0])
    deployment = open_for_test(url, tmp_path_factory.mktemp("media"), SetClock(NOW))
    house = House(make_app(deployment), deployment, populated[1])
    furnish(house, "abce")
    table, asked = (
        reach(),
        {STRANGER, "customer", "call_centre", "dispatcher", "agent_manager", "repairer", "host_unit", "authority"},
    )
    for role in ROLES:
        house.tokens[role] = visitor(house.app) if role == STRANGER else house.sign_in(role)
    readings = [
        (row, role, record)
        for row in rows()
        for role in ROLES
        for record in WHOSE[row.kind]
        if row.method == "GET" and role in asked and record in "abce " and row.kind not in {"media", "held_media"}
        if row.route not in NEVER_THE_SAME and max(expected(row, role, record, table)) < 300
    ]
    clock, before = deployment.clock.now(), {}
    for row, role, record in readings:
        before[row.route, *row.fill.items(), role, record] = shown(house.call(row, role, record))
    furnish(house, "d")
    deployment.clock.set(clock)
    changed = [
        (row.route, role)
        for row, role, record in readings
        if shown(house.call(row, role, record)) != before[row.route, *row.fill.items(), role, record]
    ]
    deployment.database.dispose()
    template.drop(url)
    assert len(readings) > 150
    assert not changed


def shown(answer):
    """What an answer shows, without nonces, keys and tokens of this one answer."""
    if answer.content_type == XLSX:
        return len(zipfile.ZipFile(BytesIO(answer.body)).namelist())
    if answer.content_type == "application/pdf":
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.body)).pages)
    text = answer.text.replace(answer.headers["X-Request-ID"], "")
    for value in set(re.findall(r'nonce="([^"]+)"|name="(?:csrf_token|idempotency_key)" value="([^"]+)"', text)):
        for each in filter(None, value):
            text = text.replace(each, "")
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|oid-?[A-Za-z0-9_-]+", "", text)
