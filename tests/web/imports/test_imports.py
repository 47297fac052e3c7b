"""Archive records from Excel files, as people of the office bring them in."""

import io
import zipfile

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from shuhua_core.archives.models import Customer, ProductModel, Project
from shuhua_core.audit.models import AuditEntry
from shuhua_core.imports.archives import ARCHIVES
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.worker import run_once

HEADS = ["编号", "名称*", "类别", "行政区划", "主要联系人", "电话", "备注"]
GOOD = ["KH-I-1", "导入小学", "学校", 350582, "测试老师", 13900000001, "/"]
BAD = ["KH-I-2", "导入中学", "学宫", "没有这个区", "-", 88880000, ""]


def sheet(*rows, heads=HEADS):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        page = book.add_worksheet()
        for number, row in enumerate([heads, *rows]):
            page.write_row(number, 0, row)
    return out.getvalue()


def cells(content):
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def send(browser, content, archive="customers", name="list.xlsx", **fields):
    page = browser.get(f"/{archive}/import")
    form = next(each for each in page.forms.values() if "file" in each.fields)
    for field, value in fields.items():
        form[field] = value
    form["file"] = (name, content)
    return form.submit(expect_errors=True)


def tried(browser, deployment, content, archive="customers", **fields):
    """The page of a trial that has ended."""
    sent = send(browser, content, archive, **fields)
    assert sent.status_int == 303, sent.html.select(".invalid-feedback, .alert")
    run_once(deployment)
    return browser.get(sent.location)


def imported(browser, deployment, content, archive="customers", **fields):
    """The page of an import that has ended."""
    page = tried(browser, deployment, content, archive, **fields)
    form = next(each for each in page.forms.values() if each.action.endswith("/confirm"))
    sent = form.submit(status=303)
    run_once(deployment)
    return browser.get(sent.location)


def figures(page):
    return [int(dd.text) for dd in page.html.select("dl.facts dd")]


def count(deployment, model=Customer):
    with deployment.database.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def one(deployment, model, number):
    with deployment.database.read() as session:
        return session.scalars(select(model).where(model.number == number)).one()


@pytest.fixture
def browser(as_):
    return as_("dispatcher").office


def test_a_trial_tells_of_each_row_and_saves_nothing(browser, deployment):
    before = count(deployment)
    page = tried(browser, deployment, sheet(GOOD, BAD))
    assert figures(page) == [2, 1, 0, 0, 1]
    assert count(deployment) == before
    said = page.html.select_one("table.grid").text
    for words in ("类别", "学宫", "没有这个区", "区号"):
        assert words in said


def test_good_rows_are_imported_and_bad_ones_come_back_with_the_reason(browser, deployment):
    page = imported(browser, deployment, sheet(GOOD, BAD))
    customer = one(deployment, Customer, "KH-I-1")
    assert (customer.kind, customer.phone, customer.division_code, customer.note) == ("school", "13900000001", "350582", None)
    back = browser.get(page.html.select_one("a[href$='/errors']")["href"])
    rows = cells(back.body)
    assert rows[0][-1] == "错误原因"
    assert rows[1][:3] == ["KH-I-2", "导入中学", "学宫"]
    assert "没有这个区" in rows[1][-1]
    mended = [*rows[1][:2], "学校", "晋江市", "", "0595-8888 0000", "", "as it was"]
    assert figures(imported(browser, deployment, sheet(mended, heads=rows[0])))[1] == 1
    assert one(deployment, Customer, "KH-I-2").phone == "059588880000"


def test_each_row_is_in_the_log_like_one_that_was_typed_and_the_import_too(browser, deployment):
    imported(browser, deployment, sheet(GOOD))
    number = one(deployment, Customer, "KH-I-1").id
    with deployment.database.read() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [each.event for each in entries if each.record_kind == "customer" and each.record_id == number] == [
        "customers.created"
    ]
    assert [each.event for each in entries if each.record_kind == "import"] == ["imports.confirmed", "imports.finished"]


def test_a_second_import_updates_by_number_shows_old_and_new_and_makes_no_twin(browser, deployment):
    imported(browser, deployment, sheet(GOOD))
    before = count(deployment)
    assert figures(tried(browser, deployment, sheet(GOOD))) == [1, 0, 0, 1, 0]
    page = tried(browser, deployment, sheet([GOOD[0], "导入小学（东校区）", *GOOD[2:]]))
    assert figures(page) == [1, 0, 1, 0, 0]
    assert "导入小学 → 导入小学（东校区）" in page.html.text
    imported(browser, deployment, sheet([GOOD[0], "导入小学（西校区）", *GOOD[2:]]))
    assert (one(deployment, Customer, "KH-I-1").name, count(deployment)) == ("导入小学（西校区）", before)


def test_rows_without_a_number_are_not_imported_twice(browser, deployment):
    content = sheet(["", *GOOD[1:]])
    imported(browser, deployment, content)
    before = count(deployment)
    assert send(browser, content).status_int == 422
    assert count(deployment) == before


@pytest.mark.parametrize("archive", ARCHIVES)
def test_the_template_of_each_archive_has_its_headings_marks_and_an_example_that_is_left_out(archive, browser):
    rows = cells(browser.get(f"/{archive}/import/template").body)
    assert rows[0][0] == "编号"
    assert "名称*" in rows[0] or "产品型号*" in rows[0]
    assert rows[1][0] == "示例"
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    fields = {"datum": "wgs84"} if archive == "sites" else {}
    assert "没有数据行" in send(browser, out.getvalue(), archive, **fields).text


def test_all_archives_are_imported_and_name_each_other(browser, deployment):
    imported(browser, deployment, sheet(GOOD))
    heads = ["编号", "名称", "类别", "行政区划", "金额（元）", "客户", "验收日期"]
    imported(
        browser,
        deployment,
        sheet(["GC-I", "导入工程", "健身路径", 350582, "12.8万元", "导入小学", "2026年5月1日"], heads=heads),
        "projects",
    )
    heads = ["编号", "名称", "类型", "保修期（月）", "安全使用寿命（年）"]
    imported(browser, deployment, sheet(["XH-I", "漫步机", "太空漫步机", "2年", "８年"], heads=heads), "models")
    heads = ["编号", "名称", "类别", "行政区划", "经度", "纬度", "工程", "客户", "安装日期"]
    row = ["AZ-I", "导入公园", "公园", 350582, 118.5806, 24.8153, "GC-I", "KH-I-1", "2026/5/1"]
    imported(browser, deployment, sheet(row, heads=heads), "sites", datum="gcj02")
    heads = ["编号", "产品型号", "安装点", "出厂编号", "生产日期", "安装日期"]
    imported(browser, deployment, sheet(["CP-I", "XH-I", "导入公园", "00012", "20260301", "2026.5.1"], heads=heads), "equipment")
    project, site, piece = one(deployment, Project, "GC-I"), one(deployment, Site, "AZ-I"), one(deployment, Equipment, "CP-I")
    model = one(deployment, ProductModel, "XH-I")
    assert (str(project.amount), project.accepted_on.isoformat()) == ("128000.00", "2026-05-01")
    assert (model.warranty_months, model.safe_life_years) == (24, 8)
    assert (site.project_id, site.customer_id, site.datum, site.raw_longitude) == (
        project.id,
        project.customer_id,
        "gcj02",
        118.5806,
    )
    assert site.longitude != site.raw_longitude
    assert (piece.site_id, piece.serial, piece.state, piece.customer_id) == (site.id, "00012", "normal", site.customer_id)
    assert piece.warranty_to.isoformat() == "2028-04-30"


@pytest.mark.parametrize("archive", ARCHIVES)
def test_what_a_list_exports_changes_nothing_when_it_comes_back(archive, browser, deployment):
    listed = browser.get(f"/{archive}")
    export = next(form for form in listed.forms.values() if "export" in (form.action or ""))
    content = export.submit().body
    before = figures(tried(browser, deployment, content, archive))
    assert before[0] > 0
    assert before == [before[0], 0, 0, before[0], 0]


HEADS_OF_SITES = ["编号", "名称", "类别", "行政区划", "经度", "纬度"]
SITE = ["AZ-D", "位置公园", "公园", "350582", "118.5806", "24.8153"]


def test_the_datum_is_asked_for_and_the_shift_is_shown(browser, deployment):
    content = sheet(SITE, heads=HEADS_OF_SITES)
    assert send(browser, content, "sites").status_int == 422
    page = tried(browser, deployment, content, "sites", datum="gcj02")
    shifts = [td.text for td in page.html.select("table.grid")[0].select("tbody td")[3:]]
    assert len(shifts) == 2
    assert all(100 < int(text.removesuffix(" m")) < 1500 for text in shifts)
    assert page.html.select_one("svg.shift-map") is not None


@pytest.mark.parametrize(
    ("place", "words"),
    [(("24.8153", "118.5806"), "颠倒"), (("118.5806", ""), "经度和纬度"), (("东边", "24.8"), "度数")],
)
def test_a_position_that_cannot_be_meant_is_refused(browser, deployment, place, words):
    page = tried(browser, deployment, sheet([*SITE[:4], *place], heads=HEADS_OF_SITES), "sites", datum="wgs84")
    assert figures(page)[4] == 1
    assert words in page.html.text


def packed(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def with_part(name, content=b"x"):
    out = io.BytesIO(sheet(GOOD))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def bomb():
    """A workbook of some hundred kilobytes that unpacks to 600 MB."""
    out = io.BytesIO(sheet(GOOD))
    zeros = b"0" * 10_000_000
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, archive.open("xl/more.xml", "w") as part:
        for _again in range(60):
            part.write(zeros)
    return out.getvalue()


WRONG = {
    "text": b"no file at all",
    "empty": b"",
    "picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
    "old": b"\xd0\xcf\x11\xe0" + b"\0" * 600,
    "zip": packed(a="b"),
    "broken": sheet(GOOD)[:-200],
    "bomb": bomb(),
    "macros": with_part("xl/vbaProject.bin"),
    "links": with_part("xl/externalLinks/externalLink1.xml"),
    "heads": sheet(GOOD, heads=list("abcdefg")),
    "no name": sheet(["学校"], heads=["类别"]),
    "twice": sheet(GOOD, heads=["编号", "名称", "名称*", "行政区划", "主要联系人", "电话", "备注"]),
    "no rows": sheet(),
    "twins": sheet(GOOD, GOOD),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_refused_clearly_and_changes_nothing(browser, deployment, case):
    before = count(deployment)
    page = send(browser, WRONG[case])
    assert page.status_int == 422
    assert page.html.select_one(".invalid-feedback, .alert") is not None
    run_once(deployment)
    assert count(deployment) == before


def test_a_sheet_of_one_cell_in_the_last_corner_ends_within_its_limits(browser):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        page.write(0, 0, "编号")
        page.write(1_048_575, 16_383, "x")
    assert send(browser, out.getvalue()).status_int == 422


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_file_is_read_as_excel_in_china_writes_it(browser, deployment, encoding):
    content = "编号,名称,电话\r\nKH-C,逗号小学,139 0000 0003\r\n".encode(encoding)
    imported(browser, deployment, content, name="list.csv")
    assert one(deployment, Customer, "KH-C").phone == "13900000003"


def test_nobody_sees_or_confirms_the_import_of_somebody_else(as_, browser, deployment):
    address = send(browser, sheet(GOOD)).location
    other = as_("call_centre").office
    other.get(address, status=404)
    other.post_form(f"{address}/confirm", {}, status=404)
    other.post_form(f"{address}/cancel", {}, status=404)
    browser.get(address.replace("customers", "models"), status=404)


def test_an_import_can_be_cancelled_and_not_confirmed_after_that(browser, deployment):
    page = tried(browser, deployment, sheet(GOOD))
    forms = {each.action.rpartition("/")[2]: each for each in page.forms.values()}
    forms["cancel"].submit(status=303)
    forms["confirm"].submit(status=409)
    run_once(deployment)
    with deployment.database.read() as session:
        assert session.scalars(select(Customer).where(Customer.number == "KH-I-1")).first() is None
