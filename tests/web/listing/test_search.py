"""What the search field of a list finds, and quick ranges of days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy import text as sql

from shuhua_core.audit.models import AuditEntry
from shuhua_core.inspections.models import ChecklistVersion, Inspection
from shuhua_core.kernel.actor import Actor, Grant, ScopeKind
from shuhua_core.kernel.text_index import INDEXES
from shuhua_core.parts.models import ReturnedPart
from shuhua_core.quotations.models import Quotation
from shuhua_core.tasks.models import RepairTask, Task
from shuhua_web.accounts.listing import USERS
from shuhua_web.archives.listing import CUSTOMER_LIST, MODEL_LIST, PROJECT_LIST
from shuhua_web.followups.listing import FOLLOWUPS
from shuhua_web.inspections.listing import INSPECTIONS
from shuhua_web.listing import search
from shuhua_web.listing.filters import RANGES, days_of
from shuhua_web.messages.listing import MESSAGES
from shuhua_web.parts.listing import PARTS
from shuhua_web.quotations.listing import QUOTATIONS
from shuhua_web.repairs.listing import REPAIRS
from shuhua_web.sites.listing import EQUIPMENT_LIST, SITE_LIST
from shuhua_web.tasks.listing import TASKS
from tests.conftest import NOW
from tests.web.work import flow_in


@pytest.fixture
def numbers(deployment, world):
    """Two requests with phones."""
    with flow_in(deployment, world) as flow:
        first = flow.report(symptom="漫步机踏板松动，有异响")
        second = flow.report("customer_2", "two_1", symptom="Handle broken")
        first.caller_phone, second.caller_phone = "13900001234", "059588885678-12"
        return [first.number, second.number]


def found(office, text, path="/repairs"):
    page = BeautifulSoup(office.get(path, {"q": text}).text, "html.parser")
    return {row.select_one(".grid-first").get_text(strip=True) for row in page.select("table.grid > tbody > tr")}


def test_words_of_two_characters_are_found_anywhere_in_a_text(office, numbers):
    assert found(office, "踏板") == {numbers[0]}
    assert found(office, "异响") == {numbers[0]}
    assert found(office, "响") == {numbers[0]}
    assert found(office, "响异") == set()
    assert found(office, "handle BROKEN") == {numbers[1]}


def test_a_place_is_found_by_its_name(office, numbers):
    assert found(office, "公园") == set(numbers)


def test_a_phone_is_found_by_its_last_four_digits_and_as_a_whole(office, numbers):
    assert found(office, "1234") >= {numbers[0]}
    assert found(office, "5678") == {numbers[1]}
    assert found(office, "139 0000 1234") == {numbers[0]}
    assert found(office, "+86 13900001234") == {numbers[0]}
    assert found(office, "0002", "/customers") == {"KH2"}


def test_a_number_is_found_by_how_it_begins_in_any_case(office, numbers):
    assert found(office, numbers[0]) == {numbers[0]}
    assert found(office, numbers[0].lower()) == {numbers[0]}
    assert found(office, numbers[0][:10]) == set(numbers)
    assert found(office, "AZ1", "/sites") == {"AZ1"}


WORDS = [
    "踏板",
    "异响",
    "响",
    "公园",
    "测试",
    "测试公园",
    "扶手断裂",
    "手断",
    "handle BROKEN",
    "Handle",
    "l",
    "HYPERLINK(1",
    "绝无",
    "%",
    "_",
]
CODES = ["1", "00", "0001", "1234", "KH", "kh2", "AZ1", "RW", "2026", "RW2026", "BX2026", "bx2026", "disp", "SN-1"]
LISTS = [
    *(REPAIRS, TASKS, SITE_LIST, EQUIPMENT_LIST, CUSTOMER_LIST, PROJECT_LIST, MODEL_LIST),
    *(FOLLOWUPS, INSPECTIONS, PARTS, QUOTATIONS, MESSAGES, USERS),
]


@pytest.fixture
def after_work(deployment, filled):
    """A part, a quotation and an inspection, beside what the lists hold."""
    made = {"created_at": NOW, "updated_at": NOW}
    with deployment.database.write() as session:
        task = session.scalars(
            select(Task).where(Task.site_id.is_not(None), Task.equipment_id.is_not(None)).order_by(Task.id)
        ).first()
        repair = session.scalars(select(RepairTask.repair_id).where(RepairTask.task_id == task.id)).one()
        of = {"task_id": task.id, "site_id": task.site_id, "organisation_path": task.organisation_path, **made}
        old = {"old_number": "SN-1234/ab", "tracking": "SF0001345", "name": "踏板轴承"}
        session.add(ReturnedPart(number="JJ20260101-0001", state="to_send", equipment_id=task.equipment_id, **old, **of))
        priced = {"number": "BJ20260101-0001", "series": "BJ20260101-0001", "state": "draft", "total": Decimal(1)}
        session.add(Quotation(repair_id=repair, **priced, **of))
        visit = {"number": "XJ20260101-0001", "state": "normal", "captured_at": NOW, "received_at": NOW, "skewed": False}
        asked = session.scalars(select(ChecklistVersion)).first()
        counts = dict.fromkeys(("pieces", "abnormal", "stopped"), 0)
        asked_of = {"checklist_id": asked.checklist_id, "checklist_version": asked.version}
        session.add(Inspection(site_id=task.site_id, **visit, **asked_of, **counts, **made))


@pytest.mark.parametrize("listing", LISTS, ids=lambda each: each.name)
@pytest.mark.usefixtures("after_work")
def test_what_the_indexes_find_is_what_a_comparison_of_every_row_finds(deployment, listing, monkeypatch):
    everything = {listing.permission: (Grant(ScopeKind.ALL),)}
    some = 0
    with deployment.database.read() as session:
        ctx = deployment.context(session, Actor(kind="user", user_id=1, grants=everything))

        def ids(text):
            return session.scalars(select(listing.model.id).where(listing.search(ctx, text)).order_by(listing.model.id)).all()

        for text in (*WORDS, *CODES):
            monkeypatch.setattr(search, "FEW", 10_000)
            found = ids(text)
            monkeypatch.setattr(search, "FEW", -1)
            assert ids(text) == found, text
            some += len(found)
    assert some > 0


@pytest.mark.parametrize(
    ("listing", "words"),
    [
        (FOLLOWUPS, ["HF2", "踏板", "RW2", "公园"]),
        (PARTS, ["JJ20260101-0001", "轴承", "sn-1234", "34", "/AB", "SF00", "sf0001345", "RW2", "01345"]),
        (QUOTATIONS, ["bj2026", "RW2026", "BX2026", "公园", "客户"]),
        (INSPECTIONS, ["XJ2026", "AZ2", "公园"]),
        (MESSAGES, ["RW20260101-0001", "0101"]),
        (USERS, ["disp", "DISPATCHER"]),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
@pytest.mark.usefixtures("after_work")
def test_a_record_is_found_by_its_own_words_and_by_those_of_what_it_names(deployment, listing, words):
    with deployment.database.read() as session:
        ctx = deployment.context(session, Actor(kind="user", user_id=1, grants={}))
        for text in words:
            assert session.scalars(select(listing.model.id).where(listing.search(ctx, text))).all(), text
        assert not session.scalars(select(listing.model.id).where(listing.search(ctx, "ZZ99"))).all()


@pytest.mark.sqlite
@pytest.mark.parametrize("index", INDEXES.values(), ids=INDEXES)
@pytest.mark.usefixtures("after_work")
def test_each_index_stays_equal_to_one_made_anew(deployment, index):
    """After what the services wrote, and after every text was changed beside them."""
    with deployment.database.write() as session:
        assert held(session, index)
        for name in (*index.texts, *index.codes):
            session.execute(sql(f"UPDATE {index.table} SET {name} = {name} || '改9876' WHERE {name} IS NOT NULL"))
        kept = held(session, index)
        index.rebuild(session)
        assert kept == held(session, index)


def held(session, index):
    """All that an index holds: (gram, row)."""
    session.execute(sql(f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.held USING fts5vocab('main', '{index.name}', 'instance')"))
    return set(session.execute(sql("SELECT term, doc FROM temp.held")).all())


def test_a_word_that_many_rows_have_is_found_too(office, numbers, monkeypatch):
    monkeypatch.setattr(search, "FEW", 1)
    assert found(office, "公园") == set(numbers)
    assert found(office, "踏板") == {numbers[0]}
    assert found(office, "绝无") == set()


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("today", date(2026, 11, 22)),
        ("week", date(2026, 11, 16)),
        ("month", date(2026, 11, 1)),
        ("quarter", date(2026, 10, 1)),
        ("year", date(2026, 1, 1)),
    ],
)
def test_quick_ranges_begin_where_the_office_says(name, first):
    assert name in RANGES
    assert days_of(name, date(2026, 11, 22)) == (first, date(2026, 11, 22))


def test_a_range_that_there_is_not_is_refused(office):
    office.get("/repairs", {"created_range": "decade"}, status=422)


@pytest.mark.usefixtures("filled")
def test_the_log_is_searched_by_how_numbers_and_requests_begin_and_by_words_of_events(as_, deployment, monkeypatch):
    with deployment.database.read() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.record_kind == "repair")).all()
    with deployment.database.write() as session:
        asked = AuditEntry(at=NOW, actor_kind="user", event="users.updated", record_kind="user", record_id=1, detail={})
        asked.request_id = "0a5f9c3e-77aa"
        session.add(asked)
        session.flush()
        of_the_request = str(asked.id)
    office = as_("administrator").office
    number = entries[0].number
    about = {str(each.id) for each in entries if each.number == number}
    assert found(office, number, "/logs") == found(office, number.lower(), "/logs") == about
    assert about < found(office, number[:6], "/logs")
    assert about <= found(office, number[-4:], "/logs"), "digits anywhere, row by row"
    assert str(entries[0].id) in found(office, "created", "/logs")
    assert found(office, "0a5f9c3e", "/logs") == {of_the_request}
    monkeypatch.setattr(search, "FEW", 0)
    assert found(office, number, "/logs") == about
