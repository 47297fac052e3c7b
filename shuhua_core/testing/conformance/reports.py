"""What every report type must do."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import BinaryIO, cast

import pytest

from shuhua_core.plugins.contracts import Built, Cell, Column, Field, ReportData, ReportType, Section
from shuhua_core.plugins.verify import problems

LONG_TEXT = "踏板连接处异响，左侧轴承磨损；请尽快处理！" * 60
COLUMNS = (
    Column("编号"),
    Column("电话"),
    Column("件数", "number"),
    Column("日期", "date"),
    Column("登记时间", "datetime"),
    Column("说明"),
)


class ReportTypeConformance:
    """Give ``report_type``."""

    @pytest.fixture
    def report_type(self) -> ReportType:
        """The report type to test."""
        raise NotImplementedError("give a fixture named report_type")

    @pytest.fixture(params=["zh_Hans", "en"])
    def data(self, request: pytest.FixtureRequest) -> ReportData:
        """A record and a list with all that may be awkward; its rows can be read once only."""
        return ReportData(
            title="派工单",
            locale=request.param,
            printed_at=datetime(2026, 11, 22, 8, 56, tzinfo=UTC),
            printed_by="王五",
            organisation="示例售后服务中心",
            number="RW20261122-0001",
            qr_text="https://service.example.cn/q/ABCD2345",
            fields=(
                Field("customer", "示例社区居委会"),
                Field("fault", LONG_TEXT),
                Field("colour", "生僻字 𠮷 与控制符 \x00\x1b", "颜色"),
            ),
            sections=(Section("补充", (Field("note", "行一\n行二", "备注"),)),),
            columns=COLUMNS,
            rows=_rows(50),
        )

    def test_it_satisfies_the_contract(self, report_type: ReportType) -> None:
        """Name, label, kind, media type, extension and method are as the contract says."""
        assert problems("report_type", report_type) == []

    def test_it_builds_a_document(self, report_type: ReportType, data: ReportData) -> None:
        """It writes something and says what it has built."""
        out = io.BytesIO()
        assert isinstance(report_type.build(data, out), Built)
        assert out.getvalue()

    def test_it_builds_from_almost_nothing(self, report_type: ReportType) -> None:
        """An empty record, or a list without rows, is a document too."""
        out = io.BytesIO()
        printed_at = datetime(2026, 11, 22, 8, 56, tzinfo=UTC)
        empty = ReportData("空", "zh_Hans", printed_at, columns=(Column("编号"),))
        assert isinstance(report_type.build(empty, out), Built)
        assert out.getvalue()

    def test_it_can_build_one_after_another(self, report_type: ReportType, data: ReportData) -> None:
        """It keeps nothing of a document that could show up in the next one."""
        report_type.build(data, io.BytesIO())
        first, second = io.BytesIO(), io.BytesIO()
        empty = ReportData("空", "en", data.printed_at, columns=(Column("编号"),))
        assert report_type.build(empty, first) == report_type.build(empty, second)

    def test_it_takes_no_more_than_writing(self, report_type: ReportType, data: ReportData) -> None:
        """A file that can neither seek nor be read will do: documents are streamed."""
        out = _WriteOnly()
        report_type.build(data, cast("BinaryIO", out))
        assert out.written


class _WriteOnly:
    """A file that takes bytes and can do nothing else."""

    def __init__(self) -> None:
        self.written = 0

    def flush(self) -> None:
        """Nothing is held back."""

    def write(self, data: bytes, /) -> int:
        self.written += len(data)
        return len(data)


def _rows(count: int) -> Iterator[tuple[Cell, ...]]:
    for number in range(count):
        yield (
            f"BX20261122-{number:04}",
            "13900001234",
            Decimal("1.50") if number % 2 else None,
            date(2026, 11, 22),
            datetime(2026, 11, 22, 8, 56, tzinfo=UTC),
            ("=1+1", LONG_TEXT, "", "-", "@sum", "\t+1")[number % 6],
        )
