"""Users from an Excel file, as an administrator brings them in."""

import io
import json
import zipfile

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from shuhua_core.accounts.models import AccountLink, User

HEADS = ["登录名", "姓名", "用户类别", "所属机构", "电话", "电子邮箱", "角色"]
GOOD = ["import.one", "导入甲", "系统用户", "测试华东分公司", 13900000001, "one@shuhua.example", "调度、审核员"]
BAD = ["import two", "导入乙", "系统用户", "没有这个单位", "139 0000 0002", "", "维修人员"]


def sheet(*rows, heads=HEADS):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        for number, row in enumerate([heads, *rows]):
            page.write_row(number, 0, row)
    return out.getvalue()


def send(browser, content, mode="import", **fields):
    form = browser.get("/users/import").forms["form-importschema"]
    form["mode"] = mode
    for name, value in fields.items():
        form[name] = value
    form["file"] = ("users.xlsx", content)
    return form.submit(expect_errors=True)


def count(deployment):
    with deployment.database.read() as session:
        return session.scalar(select(func.count()).select_from(User))


def test_good_rows_are_added_and_bad_ones_come_back_with_the_reason(as_, deployment):
    browser, before = as_("administrator").office, count(deployment)
    page = send(browser, sheet(GOOD, BAD))
    assert page.status_int == 200
    assert count(deployment) == before + 1
    assert len(page.html.select("table tbody tr")) == 2  # the bad row, and the file to download
    back = next(form for form in page.forms.values() if form.action.endswith("/errors")).submit(status=200)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(back.body)).get_sheet_by_index(0).to_python()
    assert rows[0][-1] == "错误原因"
    assert rows[1][0] == "import two"
    assert "没有这个单位" in rows[1][-1]
    with deployment.database.read() as session:
        user = session.scalars(select(User).where(User.login == "import.one")).one()
    assert (user.phone, user.password_hash) == ("13900000001", None)


def test_a_dry_run_saves_nothing_and_says_the_same(as_, deployment):
    browser, before = as_("administrator").office, count(deployment)
    page = send(browser, sheet(GOOD, BAD), "try")
    assert count(deployment) == before
    assert [dd.text for dd in page.html.select("dl.facts dd")] == ["1", "0", "1"]


def test_a_second_import_changes_and_makes_no_twin(as_, deployment):
    browser, before = as_("administrator").office, count(deployment)
    send(browser, sheet(GOOD))
    send(browser, sheet([*GOOD[:1], "改名", *GOOD[2:]], [*GOOD[:1], "又一次", *GOOD[2:]]))
    assert count(deployment) == before + 1
    with deployment.database.read() as session:
        assert session.scalar(select(User.name).where(User.login == "import.one")) == "改名"


def test_those_who_are_added_are_invited_when_asked(as_, deployment):
    send(as_("administrator").office, sheet(GOOD), invite=True)
    with deployment.database.read() as session:
        assert session.scalars(select(AccountLink.purpose)).all() == ["invite"]


def test_the_template_can_be_filled_in_and_imported(as_, deployment):
    browser = as_("administrator").office
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(browser.get("/users/import/template").body)).get_sheet_by_index(0).to_python()
    )
    assert rows[0][:2] == ["登录名", "姓名"]
    example = dict(zip(rows[0], rows[1], strict=False)) | {"所属机构": "测试华东分公司"}
    page = send(browser, sheet(list(example.values()), heads=list(example)))
    assert next(dd.text for dd in page.html.select("dl.facts dd")) == "1"


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    "content", [b"no file at all", b"", bomb(), sheet(GOOD, heads=["a", "b"])], ids=["text", "empty", "bomb", "heads"]
)
def test_a_wrong_file_is_refused_and_changes_nothing(as_, deployment, content):
    before = count(deployment)
    assert send(as_("administrator").office, content).status_int == 422
    assert count(deployment) == before


def test_formulas_come_back_as_text(as_):
    browser = as_("administrator").office
    rows = json.dumps([["=1+1", "+x", "@y", "", "", "", "", "", "", "-z"]])
    back = browser.post_form("/users/import/errors", {"rows": rows}, status=200)
    with zipfile.ZipFile(io.BytesIO(back.body)) as archive:
        assert "<f>" not in archive.read("xl/worksheets/sheet1.xml").decode()
    for wrong in ("", "{}", "[1]", "[[1]]"):
        browser.post_form("/users/import/errors", {"rows": wrong}, status=400)


def test_nobody_imports_what_they_may_not_give(as_, deployment):
    as_("dispatcher").office.get("/users/import", status=403)
