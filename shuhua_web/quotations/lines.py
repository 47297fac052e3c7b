"""The lines of a quotation in a form: kind, text, quantity, price, as many as are needed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shuhua_core.quotations.schema import KINDS, LINES_AT_MOST

from ..widgets import FieldWidget

FIELDS = ("kind", "text", "quantity", "unit_price")
BLANK: Mapping[str, Any] = {"kind": "labour", "text": "", "quantity": "1", "unit_price": ""}


class LinesWidget(FieldWidget):
    """A row of controls for each line. What is wrong with one of them is shown at it."""

    template = "lines"
    wide = True
    minimum, maximum = 1, LINES_AT_MOST

    def __init__(self, locale: str, **kw: Any) -> None:
        super().__init__(**kw)
        self.kinds = [(kind, en if locale == "en" else zh) for kind, (zh, en) in KINDS.items()]
        self.errors: dict[str, Any] = {}
        """By place and field: ``0.unit_price``."""

    @property
    def grouped(self) -> bool:
        """Several controls."""
        return True

    def shown(self, value: Any) -> list[dict[str, Any]]:
        """A line each, at least one."""
        lines = value if isinstance(value, list) else []
        return [{name: ("" if line.get(name) is None else line.get(name)) for name in FIELDS} for line in lines] or [dict(BLANK)]

    def taken(self, typed: Any) -> Any:
        """The lines that say anything, null when none does."""
        lines = [self._line(each) for each in typed if isinstance(each, Mapping)] if isinstance(typed, list) else []
        return [line for line in lines if line["text"] is not None or line["unit_price"] is not None] or None

    def _line(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        texts = {name: typed.get(name) if isinstance(typed.get(name), str) else "" for name in FIELDS}
        numbers = {name: re.sub(r"[\s,¥￥]", "", texts[name] or "") for name in ("quantity", "unit_price")}
        return {name: value or None for name, value in {**texts, **numbers}.items()}

    def names(self, field: Any) -> dict[str, Any]:
        """What the template needs besides."""
        return {"kinds": self.kinds, "errors": self.errors, "blank": BLANK}
