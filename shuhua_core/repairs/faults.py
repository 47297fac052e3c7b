"""What people see at once on a piece that is broken: the tiles of the public page. Codes are stored, words are shown."""

from __future__ import annotations

from collections.abc import Mapping

FAULTS: Mapping[str, tuple[str, str]] = {
    "loose": ("松动、晃动", "Loose or shaking"),
    "broken": ("断裂、破损", "Broken or cracked"),
    "stuck": ("卡住、转不动", "Stuck"),
    "noise": ("异常响声", "Strange noise"),
    "missing": ("缺少零件", "Part missing"),
    "sharp": ("有尖角、毛刺", "Sharp edge"),
    "rust": ("生锈、掉漆", "Rust, peeling paint"),
    "leaning": ("倾斜、地面松动", "Leaning, ground gives way"),
    "other": ("其他问题", "Something else"),
}
"""Code -> (zh, en)."""


def fault_label(code: str | None, locale: str) -> str:
    """The fault in the language; of a report without one, "something else"."""
    zh, en = FAULTS.get(code or "other", FAULTS["other"])
    return en if locale == "en" else zh
