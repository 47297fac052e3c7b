"""One suite of tests per contract of ``shuhua_core.plugins``.

An author subclasses a suite in a test module, names the class ``Test...``, and gives the object to test::

    class TestMyChannel(ChannelConformance):
        @pytest.fixture
        def channel(self, tmp_path):
            return MyChannel(tmp_path / "notices")

Imported where pytest is installed; it is no part of the running system.
"""

import pytest

pytest.register_assert_rewrite(*(f"{__name__}.{module}" for module in ("channels", "maps", "reports")))

# Only what is imported after that explains why an assertion failed.
from .channels import ChannelConformance  # noqa: E402
from .maps import MapProviderConformance  # noqa: E402
from .reports import ReportTypeConformance  # noqa: E402

__all__ = ["ChannelConformance", "MapProviderConformance", "ReportTypeConformance"]
