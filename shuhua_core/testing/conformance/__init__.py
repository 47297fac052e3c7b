"""One suite of tests per contract of ``shuhua_core.plugins``.

An author subclasses a suite in a test module, names the class ``Test...``, and gives the object to test::

    class TestMyChannel(ChannelConformance):
        @pytest.fixture
        def channel(self, tmp_path):
            return MyChannel(tmp_path / "notices")

Imported where pytest is installed; it is no part of the running system.
"""

from .channels import ChannelConformance
from .maps import MapProviderConformance
from .reports import ReportTypeConformance

__all__ = ["ChannelConformance", "MapProviderConformance", "ReportTypeConformance"]
