"""The control with which a person chooses a division."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from shuhua_core.places.queries import full_name
from shuhua_web.widgets import RecordWidget, Source


class DivisionWidget(RecordWidget):
    """A search by name or code, whose value is the code."""

    def __init__(self, request: Request) -> None:
        super().__init__(Source(href=request.route_path("divisions.options")))
        self._request = request

    def parsed(self, text: str) -> Any:
        """The code as text: it is no number, and may begin with letters."""
        return text.strip()

    def label_of(self, value: Any) -> Any:
        """Full name and code."""
        name = full_name(self._request.ctx.session, value, self._request.locale_name) if isinstance(value, str) else ""
        return f"{name} {value}" if name else value


def division_label(ctx: Any, code: str) -> str:
    """The name of a division that a filter's address carries."""
    return full_name(ctx.session, code, ctx.actor.locale) or code
