import pytest

from shuhua_core.plugins.builtin.console import ConsoleChannel
from shuhua_core.plugins.builtin.inbox import InboxChannel
from shuhua_core.plugins.builtin.outline import OutlineMap
from shuhua_core.plugins.builtin.sheets import SHEETS
from shuhua_core.plugins.builtin.stop_notice import StopNotice
from shuhua_core.plugins.builtin.summary_table import SummaryTable, SummaryTablePdf
from shuhua_core.plugins.contracts import Basemap, Label
from shuhua_core.testing.conformance import ChannelConformance, MapProviderConformance, ReportTypeConformance


class TestInbox(ChannelConformance):
    @pytest.fixture
    def channel(self):
        return InboxChannel()


class TestConsole(ChannelConformance):
    @pytest.fixture(params=[False, True])
    def channel(self, request):
        return ConsoleChannel(show_text=request.param)


class TestOutline(MapProviderConformance):
    @pytest.fixture
    def provider(self):
        return OutlineMap()


class TestTiles(MapProviderConformance):
    """The suite itself, on a provider with hosts."""

    @pytest.fixture
    def provider(self):
        class Tiles:
            name = "tiles"
            label = Label(zh="瓦片", en="Tiles")

            def basemap(self):
                return Basemap(
                    attribution=Label(zh="示例", en="Example"),
                    tiles="https://{s}.tiles.example.cn/{z}/{x}/{y}.png",
                    subdomains=("a", "b"),
                    csp_origins=("https://*.tiles.example.cn",),
                    approval_number="GS(0000)0000",
                )

        return Tiles()


class TestSheets(ReportTypeConformance):
    @pytest.fixture(params=SHEETS, ids=[each.name for each in SHEETS])
    def report_type(self, request):
        return request.param


class TestStopNotice(ReportTypeConformance):
    @pytest.fixture
    def report_type(self):
        return StopNotice()


class TestSummaryTable(ReportTypeConformance):
    @pytest.fixture
    def report_type(self):
        return SummaryTable()


class TestSummaryTablePdf(ReportTypeConformance):
    @pytest.fixture
    def report_type(self):
        return SummaryTablePdf()
