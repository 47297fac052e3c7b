"""The plugins that come with the system. They are registered like any other, and work in the process itself."""

from collections.abc import Mapping
from types import MappingProxyType

from . import console, inbox, outline, sheets, stop_notice, summary_table

BUILTINS: Mapping[str, object] = MappingProxyType(
    {
        "inbox": inbox,
        "console": console,
        "outline": outline,
        "sheets": sheets,
        "stop_notice": stop_notice,
        "summary_table": summary_table,
    }
)
"""Name → plugin, in the order of registration."""
