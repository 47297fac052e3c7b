"""What is asked of each list, beside the bare SQL that one would write for the same by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shuhua_web.listing import Listing

from .lists_rows import ABSENT, COMMON, OLD, RARE

DEEP = 450
"""A page that hardly anybody turns to."""
NEWEST = "created_at DESC, id DESC"


@dataclass(frozen=True)
class View:
    """What is asked of a list, and the WHERE and ORDER BY of the bare SQL; without an order there is none to compare with."""

    name: str
    query: Mapping[str, str]
    where: str = "1 = 1"
    order: str | None = NEWEST


@dataclass(frozen=True)
class List:
    """A list, its table, and the views of it."""

    path: str
    table: str
    views: tuple[View, ...]
    login: str = "dispatcher"
    order: str = NEWEST


def sorts(listing: Listing, table: str) -> Iterator[View]:
    """The list in the order of each column that it can be sorted by, both ways."""
    for column in listing.columns:
        if column.sort is False:
            continue
        own = getattr(getattr(column.value, "table", None), "name", None) == table and column.sort is True
        for sign, way in (("", "ASC"), ("-", "DESC")):
            order = f"{column.value.name} {way}{' NULLS LAST' if column.nullable else ''}, id {way}" if own else None
            yield View(f"by {sign}{column.name}", {"sort": f"{sign}{column.name}"}, order=order)


def _searches(where: str, order: str = NEWEST) -> tuple[View, ...]:
    words = {"common": COMMON, "rare": RARE, "old": OLD, "absent": ABSENT}
    return tuple(View(f"{name} word", {"q": word}, where.format(word), order) for name, word in words.items())


def _pages(order: str = NEWEST) -> tuple[View, ...]:
    return (View("first page", {}, order=order), View("deep page", {"page": str(DEEP)}, order=order))


def _only(name: str, where: str, order: str = NEWEST, **query: str) -> View:
    return View(name, query, where, order)


_AT = "at DESC, id DESC"
_RECEIVED = "received_at DESC, id DESC"
LISTS: Mapping[str, List] = {
    "repairs": List(
        "/repairs",
        "repairs",
        (
            *_pages(),
            _only("tab of few", "state = 'pending_review'", state="pending_review"),
            _only("tab of many", "state = 'closed'", state="closed"),
            _only("many: urgent", "severity = 'urgent'", severity="urgent"),
            _only("few: kind of fault", "fault = 'sharp'", fault="sharp"),
            _only("few: channel", "channel = 'public'", channel="public"),
            _only("many: not settled", "state = 'pending_review'", open="true"),
            _only("many: a county", "division_code >= '350503' AND division_code < '350504'", division="350503"),
            View(
                "a day",
                {"created_from": "2022-05-01", "created_to": "2022-05-01"},
                "created_at >= '2022-05-01' AND created_at < '2022-05-02'",
            ),
            *_searches("symptom LIKE '%{0}%' OR address LIKE '%{0}%' OR caller_name LIKE '%{0}%'"),
            _only("last four", "caller_tail = '0777' OR number LIKE '%0777%'", q="0777"),
        ),
    ),
    "tasks": List(
        "/tasks",
        "tasks",
        (
            *_pages(),
            _only("tab of few", "state = 'repairing'", state="repairing"),
            _only("few: overdue", "state = 'repairing' AND due_at < '2026-01-01'", overdue="true"),
            _only("many: done", "completed_at IS NOT NULL", done="true"),
            _only("many: late", "completed_at > due_at", late="true"),
            _only("few: cause", "cause_code = 'vandalism'", cause_code="vandalism"),
            _only("few: result", "result = 'cannot_repair'", result="cannot_repair"),
            *_searches("symptom LIKE '%{0}%' OR address LIKE '%{0}%'"),
            _only("four digits", "number LIKE '%0777%'", q="0777"),
        ),
    ),
    "inspections": List(
        "/inspections",
        "inspections",
        (
            *_pages(_RECEIVED),
            _only("tab of few", "state = 'dangerous'", _RECEIVED, state="dangerous"),
            _only("many: made from afar", "distance > 500", _RECEIVED, far="true"),
            _only("few: clock in doubt", "skewed", _RECEIVED, skewed="true"),
            *_searches("site_id IN (SELECT id FROM sites WHERE name LIKE '%{0}%')", _RECEIVED),
            _only("four digits", "number LIKE '%0777%'", _RECEIVED, q="0777"),
        ),
    ),
    "followups": List(
        "/followups",
        "followups",
        (
            *_pages(),
            _only("few: open", "state = 'open'", state="open"),
            _only("few: way", "way = 'site'", way="site"),
            *_searches("task_id IN (SELECT id FROM tasks WHERE symptom LIKE '%{0}%')"),
            _only("number", "number LIKE '%HF00000777%'", q="HF00000777"),
        ),
    ),
    "equipment": List(
        "/equipment",
        "equipment",
        (
            *_pages(),
            _only("tab of few", "state = 'faulty'", state="faulty"),
            _only("few: not intact", "state = 'faulty'", intact="false"),
            _only("safe life within a year", "safe_life_to < '2027-11-30'", safe_life_ends="12"),
            *_searches("name LIKE '%{0}%'"),
            _only("four digits", "number LIKE '%0777%' OR serial LIKE '%0777%'", q="0777"),
        ),
    ),
    "sites": List(
        "/sites",
        "sites",
        (
            *_pages(),
            _only("tab of few", "state = 'faulty'", state="faulty"),
            _only("many: parks", "kind = 'park'", kind="park"),
            _only("few: stadiums", "kind = 'stadium'", kind="stadium"),
            *_searches("name LIKE '%{0}%' OR address LIKE '%{0}%' OR contact_name LIKE '%{0}%'"),
            _only("last four", "phone_tail = '0777' OR number LIKE '%0777%'", q="0777"),
        ),
    ),
    "customers": List(
        "/customers",
        "customers",
        (
            *_pages(),
            _only("many: schools", "kind = 'school'", kind="school"),
            _only("few: persons", "kind = 'person'", kind="person"),
            *_searches("name LIKE '%{0}%' OR address LIKE '%{0}%' OR contact_name LIKE '%{0}%'"),
            _only("last four", "phone_tail = '0777' OR number LIKE '%0777%'", q="0777"),
        ),
    ),
    "projects": List(
        "/projects",
        "projects",
        (
            *_pages(),
            _only("few: courts", "kind = 'court'", kind="court"),
            *_searches("name LIKE '%{0}%' OR customer_id IN (SELECT id FROM customers WHERE name LIKE '%{0}%')"),
            _only("four digits", "number LIKE '%0777%'", q="0777"),
        ),
    ),
    "models": List("/models", "models", (*_pages("number"), *_searches("name LIKE '%{0}%'", "number"))),
    "users": List(
        "/users",
        "users",
        (
            *_pages("login"),
            _only("few: disabled", "NOT active", "login", active="false"),
            _only("few: collectors", "kind = 'collector'", "login", kind="collector"),
            _only("few: role", "id IN (SELECT user_id FROM user_roles)", "login", role="repairer"),
            *_searches("name LIKE '%{0}%' OR login LIKE '%{0}%'", "login"),
            _only("four digits", "login LIKE '%0777%'", "login", q="0777"),
        ),
        login="administrator",
        order="login",
    ),
    "messages": List(
        "/messages",
        "messages",
        (
            *_pages("id DESC"),
            _only("few: unread", "read_at IS NULL", "id DESC", unread="true"),
            _only("four digits", "number LIKE '%0777%'", "id DESC", q="0777"),
        ),
    ),
    "articles": List(
        "/articles/office",
        "articles",
        (
            *_pages(),
            _only("tab of few", "state = 'draft'", state="draft"),
            *_searches("title_zh LIKE '%{0}%' OR number LIKE '%{0}%'"),
        ),
        login="content_editor",
    ),
    "changes": List(
        "/logs",
        "audit",
        (
            *_pages(_AT),
            _only("many: requests", "record_kind = 'repair'", _AT, record_kind="repair"),
            _only("few: event", "event = 'tasks.cancelled'", _AT, event="tasks.cancelled"),
            _only("few: person", "actor_id = 1", _AT, who="dispatcher"),
            _only("part of a number", "number LIKE '%0000777%'", _AT, number="0000777"),
            _only("number", "number LIKE '%BX00000777%'", _AT, q="BX00000777"),
            _only("absent word", "event LIKE '%绝无%' OR action LIKE '%绝无%'", _AT, q=ABSENT),
        ),
        login="administrator",
    ),
    "security_log": List(
        "/logs/security",
        "security_log",
        (
            *_pages(_AT),
            _only("few: what", "kind = 'csrf.refused'", _AT, what="csrf.refused"),
            _only("absent word", "kind LIKE '%绝无%' OR address LIKE '%绝无%'", _AT, q=ABSENT),
        ),
        login="administrator",
    ),
    "running_log": List(
        "/logs/running",
        "running_log",
        (
            *_pages(_AT),
            _only("few: errors", "level = 'error'", _AT, level="error"),
            _only("absent word", "message LIKE '%绝无%'", _AT, q=ABSENT),
        ),
        login="administrator",
    ),
}
