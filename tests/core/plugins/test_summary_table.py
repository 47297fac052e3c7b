import io
import tracemalloc
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from shuhua_core.plugins import Column, Field, PermanentFailure, ReportData
from shuhua_core.plugins.builtin import summary_table
from shuhua_core.plugins.builtin.summary_table import SummaryTable, SummaryTablePdf

AT = datetime(2026, 11, 22, 16, 56, tzinfo=UTC)
COLUMNS = (
    Column("编号"),
    Column("电话"),
    Column("金额", "number"),
    Column("日期", "date"),
    Column("时间", "datetime"),
    Column("说明"),
)
DANGEROUS = (
    "=1+1",
    '=HYPERLINK("http://x.example")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "http://x.example",
    "{=1}",
)


def table(rows, columns=COLUMNS, **more):
    return ReportData("汇总表", "zh_Hans", AT, printed_by="王五", columns=columns, rows=rows, **more)


def workbook(data):
    out = io.BytesIO()
    built = SummaryTable().build(data, out)
    return built, out.getvalue()


def read(content, sheet=0):
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(sheet).to_python(skip_empty_area=False)


def test_phones_and_codes_are_text_and_values_keep_their_kind():
    row = ("BX20261122-0001", "13900001234", Decimal("12.50"), date(2026, 11, 22), AT, "一般")
    built, content = workbook(table([row]))
    assert built.rows == 1
    assert read(content)[-1] == ["BX20261122-0001", "13900001234", 12.5, date(2026, 11, 22), AT.replace(tzinfo=None), "一般"]


def test_a_number_in_a_text_column_is_text():
    _built, content = workbook(table([(13900001234,)], (Column("电话"),)))
    assert read(content)[-1] == ["13900001234"]


def test_a_number_too_long_for_excel_is_text():
    _built, content = workbook(table([(12345678901234567890,), (1.5,), (float("nan"),)], (Column("号", "number"),)))
    assert read(content)[-3:] == [["12345678901234567890"], [1.5], ["nan"]]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula_or_a_link(text):
    columns = (Column("说明"), Column("数", "number"), Column(text))
    _built, content = workbook(table([(text, text, text)], columns, filters=(Field("q", text, text),)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert str(read(content)[-1][0]).strip() == text.strip()


def test_filters_and_header_stand_above_and_stay_in_sight():
    _built, content = workbook(table([("1",)], (Column("编号"),), filters=(Field("state", "待审核", "状态"),)))
    assert [row[0] for row in read(content)] == ["汇总表", "状态: 待审核", "2026-11-22 16:56 王五", "编号", "1"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert 'ySplit="4"' in archive.read("xl/worksheets/sheet1.xml").decode()


def test_what_does_not_fit_on_a_sheet_goes_to_the_next(monkeypatch):
    monkeypatch.setattr(summary_table, "_MAX_SHEET_ROWS", 13)
    built, content = workbook(table(((str(number),) for number in range(25)), (Column("编号"),)))
    assert built.rows == 25
    rows = [row[0] for sheet in range(3) for row in read(content, sheet)[3:]]
    assert rows == [str(number) for number in range(25)]


def test_text_too_long_for_a_cell_is_shortened_visibly():
    _built, content = workbook(table([("长" * 40_000,)], (Column("说明"),)))
    text = read(content)[-1][0]
    assert len(text) == 32_767
    assert text.endswith("…")


def test_a_long_table_never_stands_in_memory():
    tracemalloc.start()
    workbook(table((f"BX{number}", "139", number, None, None, "一般") for number in range(8_000)))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


@pytest.mark.usefixtures("chinese")
def test_the_pdf_repeats_its_header_and_counts_pages_and_rows():
    out = io.BytesIO()
    built = SummaryTablePdf().build(table([(str(number), "", number, None, AT, "=1") for number in range(100)]), out)
    reader = PdfReader(out)
    assert (built.rows, built.pages) == (100, len(reader.pages))
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        assert "编号" in text
        assert f"第 {number} 页 共 {built.pages} 页" in text
    assert "共 100 行" in reader.pages[-1].extract_text()


def test_a_wide_table_is_printed_across():
    out = io.BytesIO()
    SummaryTablePdf().build(table([], tuple(Column(f"列{number}") for number in range(9))), out)
    page = PdfReader(out).pages[0]
    assert page.mediabox.width > page.mediabox.height


def test_too_many_rows_for_paper_are_refused_with_advice(monkeypatch):
    monkeypatch.setattr(summary_table, "MAX_PDF_ROWS", 10)
    data = ReportData("t", "en", AT, columns=(Column("n"),), rows=((str(number),) for number in range(11)))
    with pytest.raises(PermanentFailure, match="More than 10 rows"):
        SummaryTablePdf().build(data, io.BytesIO())
