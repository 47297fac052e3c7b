"""The reference application: what a good engineer would write by hand for the same work.

One table of tickets, Pyramid with waitress, pyramid_tm, zope.sqlalchemy, JSON. It lists, gets, creates and moves tickets,
validates what comes in and answers errors properly, and leaves out what Shuhua adds: permissions, row scope, audit, steps,
idempotency, outbox. Our benchmarks run it beside Shuhua, so that a ratio means the same on every machine and every day.

    python -m tests.benchmarks.reference_app --url sqlite:////tmp/reference.sqlite --tickets 20000 --port 8080
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import random
from typing import Any

import orjson
import sqlalchemy as sa
import zope.sqlalchemy
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPConflict, HTTPException, HTTPNotFound, HTTPUnprocessableEntity
from pyramid.renderers import JSON
from pyramid.request import Request
from sqlalchemy import orm
from waitress.server import create_server

STATES = ("pending_accept", "accepted", "assigned", "repairing", "completed")
SEVERITIES = ("urgent", "high", "normal")
#: action -> (the states it may start from, the state it leads to)
TRANSITIONS = {
    "accept": ({"pending_accept"}, "accepted"),
    "assign": ({"accepted"}, "assigned"),
    "start": ({"assigned"}, "repairing"),
    "hold": ({"accepted", "assigned", "repairing"}, "on_hold"),
    "resume": ({"on_hold"}, "repairing"),
    "complete": ({"repairing"}, "completed"),
}
LIMIT_MAX = 100


class Base(orm.DeclarativeBase):
    """Declarative base of the one table."""

    type_annotation_map = {dt.datetime: sa.DateTime(timezone=True), str: sa.String(200)}


class Ticket(Base):
    """A repair ticket, with about as many columns as a task of Shuhua."""

    __tablename__ = "tickets"

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    number: orm.Mapped[str] = orm.mapped_column(unique=True)
    state: orm.Mapped[str]
    severity: orm.Mapped[str]
    title: orm.Mapped[str]
    description: orm.Mapped[str] = orm.mapped_column(sa.Text)
    address: orm.Mapped[str]
    division: orm.Mapped[str] = orm.mapped_column(sa.String(12))
    unit: orm.Mapped[str]
    assignee: orm.Mapped[str | None]
    reporter: orm.Mapped[str]
    phone: orm.Mapped[str]
    lon: orm.Mapped[float | None]
    lat: orm.Mapped[float | None]
    reason: orm.Mapped[str | None] = orm.mapped_column(sa.Text)
    created_at: orm.Mapped[dt.datetime]
    updated_at: orm.Mapped[dt.datetime]
    deadline: orm.Mapped[dt.datetime]
    version: orm.Mapped[int]

    __table_args__ = (
        sa.Index("ix_tickets_state_created_at", "state", "created_at", "id"),
        sa.Index("ix_tickets_created_at", "created_at", "id"),
    )


LIST_FIELDS = (
    "id", "number", "state", "severity", "title", "address", "division", "unit", "assignee",
    "created_at", "updated_at", "deadline", "version",
)  # fmt: skip
DETAIL_FIELDS = tuple(Ticket.__table__.columns.keys())
TEXT_INPUT = {"title": 200, "description": 2000, "address": 200, "division": 12, "reporter": 200, "phone": 20}
INPUT_FIELDS = {*TEXT_INPUT, "severity", "lon", "lat"}
SORTS = {"created_at": Ticket.created_at, "deadline": Ticket.deadline, "number": Ticket.number}


def now() -> dt.datetime:
    """The current time, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def as_json(ticket: Ticket) -> dict[str, Any]:
    """All columns of a ticket as a dict for the JSON renderer."""
    return {name: getattr(ticket, name) for name in DETAIL_FIELDS}


# --- database ---------------------------------------------------------------------------------------------------------


def make_engine(url: str, threads: int) -> sa.Engine:
    """An engine with one connection per thread. On SQLite: WAL, synchronous FULL, transactions begun by ourselves."""
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_size=threads, max_overflow=0)
    engine = sa.create_engine(url, pool_size=threads, max_overflow=0, connect_args={"isolation_level": None, "timeout": 30})

    @sa.event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def seed(engine: sa.Engine, count: int) -> None:
    """Creates the table and writes `count` tickets, spread over the states and a year, the same ones each time."""
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    chance = random.Random(20261122)
    start = dt.datetime(2025, 11, 22, tzinfo=dt.UTC)
    step = dt.timedelta(days=365) / max(count, 1)
    rows = []
    for n in range(1, count + 1):
        created = start + n * step
        rows.append({
            "id": n,
            "number": f"T{n:08d}",
            "state": STATES[n % len(STATES)],
            "severity": chance.choice(SEVERITIES),
            "title": f"健身器材故障 {n}",
            "description": "踏板松动，转轴有异响，使用时晃动。" * chance.randint(1, 4),
            "address": f"示例市示例区示例路 {chance.randint(1, 999)} 号",
            "division": f"3505{chance.randint(1, 12):02d}",
            "unit": f"示例服务部 {chance.randint(1, 20)}",
            "assignee": f"维修员 {chance.randint(1, 200)}" if n % len(STATES) > 1 else None,
            "reporter": f"示例居民 {n}",
            "phone": f"1390000{chance.randint(0, 9999):04d}",
            "lon": 118.0 + chance.random(),
            "lat": 24.5 + chance.random(),
            "reason": None,
            "created_at": created,
            "updated_at": created,
            "deadline": created + dt.timedelta(hours=48),
            "version": 1,
        })  # fmt: skip
    with engine.begin() as connection:
        connection.execute(sa.insert(Ticket), rows)
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence('tickets', 'id'), %s)", (max(count, 1),))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE")


# --- views ------------------------------------------------------------------------------------------------------------


def list_tickets(request: Request) -> dict[str, Any]:
    """`GET /tickets?state=&severity=&sort=&limit=&offset=`: explicit columns, one statement."""
    try:
        limit = min(int(request.GET.get("limit", 50)), LIMIT_MAX)
        offset = int(request.GET.get("offset", 0))
        sort = request.GET.get("sort", "-created_at")
        column = SORTS[sort.lstrip("-")]
    except (ValueError, KeyError) as error:
        raise HTTPUnprocessableEntity("limit, offset or sort is not valid") from error
    order = (column.desc(), Ticket.id.desc()) if sort.startswith("-") else (column, Ticket.id)
    query = sa.select(*(getattr(Ticket, name) for name in LIST_FIELDS)).order_by(*order).limit(limit + 1).offset(offset)
    for name in ("state", "severity"):
        if value := request.GET.get(name):
            query = query.where(getattr(Ticket, name) == value)
    rows = request.db.execute(query).all()
    return {
        "items": [dict(zip(LIST_FIELDS, row, strict=True)) for row in rows[:limit]],
        "next": offset + limit if len(rows) > limit else None,
    }


def load(request: Request, *, lock: bool = False) -> Ticket:
    """The ticket that the address names, or a 404."""
    ticket: Ticket | None = request.db.get(Ticket, int(request.matchdict["id"]), with_for_update=lock)
    if ticket is None:
        raise HTTPNotFound("no such ticket")
    return ticket


def get_ticket(request: Request) -> dict[str, Any]:
    """`GET /tickets/{id}`."""
    return as_json(load(request))


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object that was sent, or a 422."""
    try:
        body = request.json_body
    except ValueError as error:
        raise HTTPUnprocessableEntity("not JSON") from error
    if not isinstance(body, dict):
        raise HTTPUnprocessableEntity("not a JSON object")
    return body


def create_ticket(request: Request) -> dict[str, Any]:
    """`POST /tickets`: checks each field, inserts, answers 201 with the new ticket."""
    body = body_of(request)
    errors = dict.fromkeys(body.keys() - INPUT_FIELDS, "not a field")
    for name, longest in TEXT_INPUT.items():
        if not isinstance(body.get(name), str) or not 0 < len(body[name].strip()) <= longest:
            errors[name] = f"required text of at most {longest} characters"
    if body.get("severity") not in SEVERITIES:
        errors["severity"] = f"one of {', '.join(SEVERITIES)}"
    for name, bound in (("lon", 180), ("lat", 90)):
        value = body.get(name)
        if value is not None and not (isinstance(value, int | float) and -bound <= value <= bound):
            errors[name] = f"a number between -{bound} and {bound}"
    if errors:
        raise HTTPUnprocessableEntity(json_body={"title": "not valid", "errors": errors})
    moment = now()
    ticket = Ticket(
        **body,
        number=f"T{moment:%Y%m%d}-{random.SystemRandom().getrandbits(40):010X}",
        state="pending_accept",
        unit="",
        assignee=None,
        reason=None,
        created_at=moment,
        updated_at=moment,
        deadline=moment + dt.timedelta(hours=48),
        version=1,
    )
    request.db.add(ticket)
    request.db.flush()
    request.response.status_code = 201
    return as_json(ticket)


def act(request: Request) -> dict[str, Any]:
    """`POST /tickets/{id}/actions/{action}`: moves the ticket under a row lock; 409 where the action does not start."""
    body = body_of(request)
    try:
        sources, target = TRANSITIONS[request.matchdict["action"]]
    except KeyError as error:
        raise HTTPNotFound("no such action") from error
    ticket = load(request, lock=True)
    if ticket.state not in sources:
        raise HTTPConflict(f"the ticket is {ticket.state}")
    ticket.state = target
    ticket.reason = body.get("reason")
    ticket.updated_at = now()
    ticket.version += 1
    request.db.flush()
    return as_json(ticket)


def failed(error: HTTPException, request: Request) -> dict[str, Any]:
    """Every refusal as JSON."""
    request.response.status_code = error.status_code
    return error.json_body if error.content_type == "application/json" else {"title": error.detail or error.title}


# --- application ------------------------------------------------------------------------------------------------------


def make_app(engine: sa.Engine) -> Any:
    """The WSGI application on this engine."""
    write = orm.sessionmaker(engine)
    read = orm.sessionmaker(engine.execution_options(writes=False))

    def db(request: Request) -> orm.Session:
        reads = request.method in {"GET", "HEAD"}
        session = (read if reads else write)()
        zope.sqlalchemy.register(session, initial_state="active" if reads else "changed", transaction_manager=request.tm)
        return session

    with Configurator(settings={"tm.manager_hook": "pyramid_tm.explicit_manager"}) as config:
        config.include("pyramid_tm")
        # SQLite gives times back without their zone; all of ours are UTC.
        config.add_renderer("json", JSON(serializer=lambda value, **_: orjson.dumps(value, option=orjson.OPT_NAIVE_UTC)))
        config.add_request_method(db, reify=True)
        config.add_route("tickets", "/tickets")
        config.add_route("ticket", r"/tickets/{id:\d{1,18}}")
        config.add_route("act", r"/tickets/{id:\d{1,18}}/actions/{action}")
        for view, route, method in (
            (list_tickets, "tickets", "GET"),
            (create_ticket, "tickets", "POST"),
            (get_ticket, "ticket", "GET"),
            (act, "act", "POST"),
        ):
            config.add_view(view, route_name=route, request_method=method, renderer="json")
        config.add_exception_view(failed, context=HTTPException, renderer="json")
        return config.make_wsgi_app()


def main(arguments: list[str] | None = None) -> None:
    """Seeds if asked to, then serves until it is stopped; prints `ready <address>` once it listens."""
    parser = argparse.ArgumentParser(description="The hand-written application that Shuhua is measured against.")
    parser.add_argument("--url", required=True, help="SQLAlchemy address of the database")
    parser.add_argument("--tickets", type=int, help="make the table anew with so many tickets")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--threads", type=int, default=4)
    options = parser.parse_args(arguments)
    # With more clients than threads waitress would warn at every request, and the warnings would be measured.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    engine = make_engine(options.url, options.threads)
    if options.tickets is not None:
        seed(engine, options.tickets)
    server = create_server(make_app(engine), host="127.0.0.1", port=options.port, threads=options.threads)
    print(f"ready http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


if __name__ == "__main__":
    main()
