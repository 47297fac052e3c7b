"""Excel files out of lists: typed cells, no formulas, masked phones, on record."""

from __future__ import annotations

import gc
import hashlib
import re
import zipfile
from datetime import datetime
from io import BytesIO

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from shuhua_core.audit.models import AuditEntry
from shuhua_core.house import open_deployment
from shuhua_core.sites.models import Site
from shuhua_web.listing import export, paper
from shuhua_web.listing.export import sheet_name


def sheet_of(response):
    book = CalamineWorkbook.from_filelike(BytesIO(response.body))
    heads, *rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    return book.sheet_names[0], [dict(zip(heads, row, strict=True)) for row in rows]


def entries(deployment):
    with deployment.database.read() as session:
        return session.scalars(select(AuditEntry).where(AuditEntry.event == "lists.exported").order_by(AuditEntry.id)).all()


def test_cells_have_types_and_text_never_becomes_a_formula(office, filled):
    response = office.post_form("/lists/repairs/export")
    name, rows = sheet_of(response)
    assert name == "Repair requests"
    assert all(isinstance(row["Received"], datetime) for row in rows)
    assert all(isinstance(row["Number"], str) for row in rows)
    assert "=HYPERLINK(1)" in [row["Symptom"] for row in rows]
    parts = zipfile.ZipFile(BytesIO(response.body))
    page = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in page
    assert "<autoFilter" in page
    assert 'state="frozen"' in page
    assert 'quotePrefix="1"' in parts.read("xl/styles.xml").decode()
    assert not [each for each in parts.namelist() if "external" in each.lower()]


def test_it_is_on_record_with_who_what_and_the_hash_of_the_file(office, filled, deployment, world):
    response = office.post_form("/lists/repairs/export", {"q": "断裂"})
    (entry,) = entries(deployment)
    assert entry.actor_id == world.users["dispatcher"]
    assert entry.detail["values"]["list"] == "repairs"
    assert entry.detail["values"]["rows"] == 1
    assert entry.detail["values"]["sha256"] == hashlib.sha256(response.body).hexdigest()
    assert entry.personal["filters"] == [["q", "断裂"]]


def test_ticked_rows_alone_can_be_taken_and_none_out_of_reach(office, filled, deployment):
    _name, rows = sheet_of(office.post_form("/lists/repairs/export"))
    _name, some = sheet_of(office.post_form("/lists/repairs/export", {"ids": "1,3,999999"}))
    assert len(some) == 2 < len(rows)
    assert entries(deployment)[-1].personal["filters"][-1] == ["ids", "999999"]


def test_phones_stay_masked_unless_they_may_be_shown_and_are_asked_for(browser, filled, deployment):
    office, leader = browser("dispatcher"), browser("leader")
    phones = {row["Phone"] for row in sheet_of(office.post_form("/lists/customers/export"))[1]}
    assert phones == {"139****0001", "139****0002"}
    whole = {row["Phone"] for row in sheet_of(office.post_form("/lists/customers/export", {"phones": "whole"}))[1]}
    assert whole == {"13900000001", "13900000002"}
    assert [each.detail["values"]["whole_phones"] for each in entries(deployment)] == [False, True]
    masked = {row["Phone"] for row in sheet_of(leader.post_form("/lists/customers/export", {"phones": "whole"}))[1]}
    assert all("****" in each for each in masked)


def test_nobody_takes_out_what_they_may_not_read(as_, visitor, filled, deployment):
    as_("repairer").office.post_form("/lists/users/export", status=403)
    as_("dispatcher").office.post_form("/lists/nothing/export", status=404)
    as_("dispatcher").office.post("/lists/tasks/export", status=403)  # without the token of the form
    visitor.post("/lists/tasks/export", status="*")
    assert entries(deployment) == []
    theirs = sheet_of(as_("agent_manager_2").office.post_form("/lists/tasks/export"))[1]
    assert len(theirs) < len(sheet_of(as_("dispatcher").office.post_form("/lists/tasks/export"))[1])


def test_a_wrong_filter_makes_no_file(office, filled, deployment):
    office.post_form("/lists/tasks/export", {"severity": "purple"}, status=422)
    assert entries(deployment) == []


def test_too_many_rows_are_refused_and_say_what_to_do(office, filled, deployment, monkeypatch):
    monkeypatch.setattr(export, "MOST_ROWS", 2)
    answer = office.post_form("/lists/repairs/export", status="*")
    assert answer.status_int in {413, 422}
    assert "filter" in answer.text
    assert entries(deployment) == []


def test_writers_are_not_kept_waiting_while_a_file_is_made(office, filled, deployment, monkeypatch):
    """The gate is open while rows are written: somebody else writes in the middle of it."""
    from shuhua_web.listing import routes

    def writing(path, sheet, rows):
        with deployment.database.write() as session:
            session.execute(select(1))
        return export.write_file(path, sheet, rows)

    monkeypatch.setattr(routes, "write_file", writing)
    assert office.post_form("/lists/tasks/export").status_int == 200


def test_the_file_has_a_name_in_the_language(office, filled):
    office.post_form("/language", {"locale": "zh_Hans", "back": "/"}, status=303)
    response = office.post_form("/lists/tasks/export")
    assert re.search(
        r"filename\*=UTF-8''%E7%BB%B4%E4%BF%AE%E4%BB%BB%E5%8A%A1_\d{8}-\d{4}\.xlsx", response.headers["Content-Disposition"]
    )
    assert sheet_of(response)[0] == "维修任务"


@pytest.mark.sqlite
@pytest.mark.parametrize(("title", "name"), [("a/b:c", "a b c"), ("'x'", "x"), ("长" * 40, "长" * 31), ("", "1"), ("[]", "1")])
def test_names_of_sheets_are_what_excel_takes(title, name):
    assert sheet_name(title) == name


def test_the_same_list_goes_on_paper_and_on_record(office, filled, deployment):
    response = office.post_form("/lists/repairs/export", {"q": "断裂", "form": "pdf"})
    assert response.content_type == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(response.body)).pages)
    _name, rows = sheet_of(office.post_form("/lists/repairs/export", {"q": "断裂"}))
    assert rows
    for row in rows:
        assert row["Number"] in text
    (entry, _excel) = entries(deployment)
    assert entry.detail["values"]["rows"] == len(rows)
    assert entry.detail["values"]["sha256"] == hashlib.sha256(response.body).hexdigest()


def test_more_rows_than_anybody_prints_are_refused(office, filled, monkeypatch):
    monkeypatch.setattr(paper, "MAX_PDF_ROWS", 1)
    answer = office.post_form("/lists/repairs/export", {"form": "pdf"}, status=413)
    assert "More than 1 rows cannot be printed" in answer.text


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_a_file_that_is_refused_in_the_middle_of_its_rows_keeps_nobody_from_writing(
    office, deployment, filled, monkeypatch, form
):
    """Rows half read would keep the connection in their old state of the database, in which nobody may write any more."""
    for module, most in ((paper, "MAX_PDF_ROWS"), (export, "MOST_ROWS"), (export, "_CHUNK")):
        monkeypatch.setattr(module, most, 1)
    another_process = open_deployment(deployment.settings).database
    gc.disable()
    try:
        office.post_form("/lists/repairs/export", {"form": form}, status=413)
        monkeypatch.undo()
        with another_process.write() as session:
            session.execute(update(Site).values(note="other"))
        office.post_form("/lists/repairs/export", status=200)  # is noted, which writes
    finally:
        gc.enable()
        another_process.dispose()
