"""When two names are two ways of writing one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

_BETWEEN = re.compile(r"[\W_]+")
_USUAL = re.compile(r"(?:全民)?(?:健身(?:路径|广场|点|苑|园|区|器材)|安装点|路径工程|有限责任公司|股份有限公司|有限公司|公司)+$")
"""What one writes at the end of a name and another leaves out."""


def name_key(name: str) -> str:
    """The name without what differs between two ways of writing it: width, case, spaces, signs and usual endings.

    Never empty for a name that is not: one that is nothing but signs or an ending is its own key.
    """
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    bare = _BETWEEN.sub("", plain)
    return (_USUAL.sub("", bare) or bare or plain)[:120]


def key_of(column: str) -> Callable[[Any], str]:
    """The default of a column that keeps the key of another one, for rows that are inserted in bulk."""

    def default(context: Any) -> str:
        return name_key(context.get_current_parameters()[column])

    return default
