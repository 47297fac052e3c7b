"""A chunk that is saved at once leaves the same rows, events and audit as one that is saved row by row."""

import pytest
from sqlalchemy import select, text

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.audit.models import AuditEntry
from shuhua_core.imports import run
from shuhua_core.imports.ahead import AheadSaver, Spoilt
from shuhua_core.imports.models import Import, ImportNote
from shuhua_core.imports.rows import RowSaver
from shuhua_core.imports.service import ImportService
from shuhua_core.kernel.clock import SetClock
from shuhua_core.kernel.db import Base
from shuhua_core.sites.codes import make_code
from shuhua_core.sites.labels.models import Label
from shuhua_core.testing.sql import SqlCounter
from shuhua_core.testing.world import build_world
from tests.conftest import NOW, open_for_test

CUSTOMERS = [
    ["number", "name", "kind", "division_code", "contact_name", "phone", "address"],
    ["KH-A", "甲小学", "学校", "350582", "王老师", "139 0000 0011", "一路 1 号"],
    ["", "无号小学", "学校", "晋江市", "", "", ""],
    ["KH1", "测试客户改名", "", "", "", "139****0001", "新路 1 号"],
    ["KH-B", "乙小学", "学宫", "350582", "", "", ""],
    ["KH2", "测试客户", "", "", "", "", ""],
    ["KH-C", "丙小学", "学校", "999999", "", "", ""],
    ["KH3", "别处的客户", "学校", "", "", "", ""],
    ["", "又一所", "学校", "福建省泉州市", "李老师", "0595-88880000", ""],
    ["KH-D", "丁中学", "学校", "3505", "", "1390000", ""],
]
SITES = [
    [
        *("number", "name", "kind", "division_code", "longitude", "latitude"),
        *("customer_id", "project_id", "installed_on", "phone"),
    ],
    ["AZ-A", "甲点", "公园", "350582", "118.58", "24.81", "KH1", "GC1", "2024-05-01", "139 0000 0022"],
    ["AZ-B", "乙点", "公园", "晋江市", "118.59", "24.82", "测试客户", "", "2024年2月31日", ""],
    ["AZ1", "测试公园改名", "", "", "118.60", "24.83", "", "", "", ""],
    ["AZ2", "", "", "440305", "", "", "", "", "", ""],
    ["", "无号点", "学校", "3505", "", "", "KH2", "", "", ""],
    ["AZ-C", "丙点", "公园", "3505", "24.8", "118.6", "", "", "", ""],
    ["AZ3", "别处", "公园", "", "", "", "", "", "", ""],
]
TAKEN, BLANK, OURS = make_code(101), make_code(900), make_code(901)
"""Codes: of a piece that is there, of a label that nobody has, and of none."""
PIECES = [
    ["number", "model_id", "name", "site_id", "produced_on", "installed_on", "state", "code", "serial"],
    ["CP-A", "TEST-01", "", "AZ1", "2024-01-01", "2024-05-01", "", OURS, "1"],
    ["CP-B", "TEST-01", "第二件", "AZ1", "2024-01-01", "2023-05-01", "", "", "2"],
    ["CP-C", "TEST-01", "", "AZ2", "", "", "", BLANK, "3"],
    ["CP-D", "TEST-01", "", "AZ2", "", "", "", OURS, "4"],
    ["CP-E", "TEST-01", "", "", "", "", "在库", TAKEN, "5"],
    ["", "太空漫步机", "", "AZ1", "", "2024-05-01", "", "", "6"],
    ["CP1-1", "", "改名", "", "", "", "", "", ""],
    ["CP1-2", "", "", "AZ2", "", "", "", "", ""],
    ["CP2-1", "", "", "", "", "2020-01-01", "", "", ""],
    ["CP-F", "没有", "", "AZ1", "", "", "", "", ""],
    ["CP-G", "TEST-01", "", "AZ3", "", "", "", "", ""],
    ["CP-H", "TEST-01", "", "", "", "", "", "", "8"],
    ["CP-I", "ＴＥＳＴ-01", "", "AZ1", "", "", "", "", "9"],
]
FILES = {"customers": CUSTOMERS, "sites": SITES, "equipment": PIECES}
_OF_THE_RUN = {"message_id", "updated_at", "request_id", "lease_until"}


@pytest.fixture
def two(template, tmp_path):
    """Two deployments of the same small world."""
    opened = []
    for name in ("ahead", "apart"):
        deployment = open_for_test(template.copy(), tmp_path / name, SetClock(NOW))
        with deployment.database.write() as session:
            world = build_world(session)
            session.add(
                Label(code=BLANK, state="blank", organisation_path=world.units["branch"].path, created_at=NOW, updated_at=NOW)
            )
        opened.append(deployment)
    yield opened
    for deployment in opened:
        deployment.database.dispose()
        template.drop(deployment.database.url.render_as_string(hide_password=False))


def bring(deployment, archive, rows):
    """Try the rows and import them; gives what the trial said and what the import did."""

    def context(session):
        actor = build_actor(session)
        return deployment.context(session, actor)

    def said(import_id):
        with deployment.database.read() as session:
            entry = session.get_one(Import, import_id)
            notes = session.scalars(select(ImportNote).where(ImportNote.import_id == import_id).order_by(ImportNote.row))
            counts = (entry.state, entry.added, entry.changed, entry.unchanged, entry.refused)
            return counts, [(note.row, note.outcome, note.label, note.detail) for note in notes]

    with deployment.database.write() as session:
        datum = "gcj02" if archive == "sites" else None
        entry = ImportService(context(session), archive).start(rows, filename="a.xlsx", locale="zh_Hans", datum=datum)
    while run.run_due(deployment):
        pass
    tried = said(entry.id)
    with deployment.database.write() as session:
        ImportService(context(session), archive).confirm(entry.id)
    while run.run_due(deployment):
        pass
    return tried, said(entry.id)


def build_actor(session):
    return load_actor_by_login(session, "dispatcher")


def whole(deployment):
    """All rows of all tables but what differs by chance; ids are counted anew, for PostgreSQL leaves gaps."""
    found = {}
    with deployment.database.read() as session:
        ids = {}
        for table in Base.metadata.sorted_tables:
            if "id" in table.c and table.name != "import_parts":
                rows = session.execute(select(table.c.id).order_by(table.c.id)).scalars()
                ids[table.name] = {each: number for number, each in enumerate(rows)}
        records = {"customer": "customers", "site": "sites", "equipment": "equipment", "import": "imports", "label": "labels"}
        for table in Base.metadata.sorted_tables:
            if table.name in {"numbers", "import_parts", "users", "sessions"}:
                continue
            columns = [column for column in table.columns if column.name not in _OF_THE_RUN | {"txid"}]
            rows = []
            for row in session.execute(select(*columns)).mappings():
                plain = dict(row)
                if "id" in plain:
                    plain["id"] = ids[table.name][plain["id"]]
                for column in table.columns:
                    target = next(iter(column.foreign_keys), None)
                    if target is not None and target.column.name == "id" and plain.get(column.name) is not None:
                        plain[column.name] = ids[target.column.table.name][plain[column.name]]
                for said in (plain.get("detail"), plain.get("payload")):
                    piece = said.get("values", {}).get("equipment_id") if isinstance(said, dict) else None
                    if piece is not None:
                        said["values"]["equipment_id"] = ids["equipment"][piece]
                if plain.get("record_kind") in records:
                    plain["record_id"] = ids[records[plain["record_kind"]]][plain["record_id"]]
                rows.append(plain)
            found[table.name] = sorted(rows, key=repr)
    return found


def row_by_row(monkeypatch):
    """Let every chunk take the slow way."""

    def refuse(_self, _chunk):
        raise Spoilt

    monkeypatch.setattr(AheadSaver, "foresee", refuse)


@pytest.mark.parametrize("archive", FILES)
def test_at_once_and_row_by_row_leave_the_same(two, archive, monkeypatch):
    ahead, apart = two
    slow = []
    with monkeypatch.context() as patch:
        patch.setattr(RowSaver, "foresee", lambda _self, _chunk: slow.append(1))
        at_once = bring(ahead, archive, FILES[archive])
    assert not slow
    row_by_row(monkeypatch)
    assert bring(apart, archive, FILES[archive]) == at_once
    (_state, added, changed, _unchanged, refused), _notes = at_once[1]
    assert added > 1
    assert changed > 0
    assert refused > 1
    kept, counted = whole(ahead), whole(apart)
    for name, rows in kept.items():
        assert rows == counted[name], name


def test_a_trial_leaves_nothing(two):
    deployment, untouched = two
    with deployment.database.write() as session:
        ImportService(deployment.context(session, build_actor(session)), "sites").start(
            SITES, filename="a.xlsx", locale="en", datum="wgs84"
        )
    while run.run_due(deployment):
        pass
    kept, before = whole(deployment), whole(untouched)
    assert {name for name, rows in kept.items() if rows != before[name]} == {"imports", "import_notes"}


def test_a_row_that_is_refused_after_it_has_written_sends_its_chunk_row_by_row(two, monkeypatch):
    deployment = two[0]
    taken = []
    monkeypatch.setattr(RowSaver, "foresee", lambda _self, _chunk: taken.append(1))
    label = "UPDATE labels SET state = 'retired'"
    with deployment.database.write() as session:
        session.execute(text(label))
    rows = [PIECES[0], PIECES[1], ["CP-X", "TEST-01", "", "AZ1", "", "", "", BLANK, "9"]]
    (counts, notes), _done = bring(deployment, "equipment", rows)
    assert counts == ("tried", 1, 0, 0, 1)
    assert [note[1] for note in notes] == ["added", "refused"]
    assert taken
    with deployment.database.read() as session:
        written = session.scalars(select(AuditEntry.number).where(AuditEntry.record_kind == "equipment")).all()
    assert written == ["CP-A"]


def test_many_rows_take_few_statements(two, monkeypatch):
    deployment = two[0]

    def statements(count, mark):
        rows = [
            SITES[0],
            *([f"AZ-{mark}{n}", "点", "公园", "350582", "118.5", "24.8", "KH1", "GC1", "", ""] for n in range(count)),
        ]
        with SqlCounter(deployment.database.engine) as sql:
            bring(deployment, "sites", rows)
        return sql.count

    statements(10, "W")
    few, many = statements(10, "F"), statements(400, "M")
    assert many - few <= 30
