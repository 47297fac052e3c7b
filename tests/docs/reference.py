"""Makes the parts of the docs that are the code's own words. ``python -m tests.docs.reference`` writes them into the pages."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from enum import StrEnum
from pathlib import Path

import shuhua_core
from shuhua_core import seed
from shuhua_core.accounts import permissions
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel import errors, settings
from shuhua_core.kernel.settings import Settings
from shuhua_web.errors import STATUS, WEB_ERRORS
from tests.architecture.source import ROOT, attribute_docs

DOCS = ROOT / "docs"
CORE = Path(shuhua_core.__file__).parent
EVENT_ROOMS = sorted(path.parent.name for path in CORE.glob("*/events.py") if path.parent.name != "kernel")


def settings_table() -> str:
    """Each setting with its type, default and meaning."""
    meanings = attribute_docs(Path(settings.__file__), "Settings")
    lines = ["| setting | type | default | |", "|---|---|---|---|"]
    for each in fields(Settings):
        if each.name == "plugins":
            lines.append(f"| `plugin.<name>.<key>` | text | | {_code(meanings[each.name])} |")
            continue
        default = "" if each.default is MISSING or each.default == "" else f"`{each.default}`"
        lines.append(f"| `shuhua.{each.name}` | {_type(str(each.type))} | {default} | {_code(meanings[each.name])} |")
    return "\n".join(lines)


def _type(name: str) -> str:
    return {"str": "text", "int": "whole number", "float": "number", "bool": "true or false", "Path": "folder"}[name]


def _code(text: str) -> str:
    return text.replace("``", "`").replace("|", "\\|")


def permission_table() -> str:
    """Each permission with its meaning."""
    meanings = attribute_docs(Path(permissions.__file__), "Permission")
    return "\n".join(
        ["| permission | allows to |", "|---|---|", *(f"| `{each}` | {_code(meanings[each.name])} |" for each in Permission)]
    )


def role_matrix() -> str:
    """Which role holds which permission for which rows."""
    roles = seed.read_roles(seed.ROLES)
    lines = ["| | " + " | ".join(f"{role['zh']} `{role['code']}`" for role in roles) + " |", "|---" * (len(roles) + 1) + "|"]
    lines += [f"| `{each}` | " + " | ".join(role["permissions"].get(each, "") for role in roles) + " |" for each in Permission]
    return "\n".join(lines)


def error_table() -> str:
    """Each error of the catalogue with its code, status and meaning."""
    lines = ["| code | status | when | what the caller reads |", "|---|---|---|---|"]
    for error in errors.CATALOGUE:
        when = re.sub(r"\s+", " ", error.__doc__ or "")
        lines.append(f"| `{error.code}` | {STATUS[error]} | {_code(when)} | {_code(str(error.default))} |")
    return "\n".join(lines)


def web_error_table() -> str:
    """The codes of HTTP's own errors."""
    return "\n".join(["| code | status |", "|---|---|", *(f"| `{code}` | {status} |" for code, status in WEB_ERRORS.items())])


def event_tables() -> str:
    """The events of each room with their meanings."""
    parts = []
    for room in EVENT_ROOMS:
        lines = [f"### {room}", "", "| event | |", "|---|---|"]
        for enum in enums(room):
            meanings = attribute_docs(CORE / room / "events.py", enum.__name__)
            lines += [f"| `{event}` | {_code(meanings[event.name])} |" for event in enum]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def enums(room: str) -> Iterator[type[StrEnum]]:
    """The enums in which a room names its events."""
    for value in vars(importlib.import_module(f"shuhua_core.{room}.events")).values():
        if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum:
            yield value


SECTIONS: dict[tuple[str, str], Callable[[], str]] = {
    ("settings.md", "settings"): settings_table,
    ("permissions.md", "permissions"): permission_table,
    ("permissions.md", "roles"): role_matrix,
    ("errors.md", "catalogue"): error_table,
    ("errors.md", "web"): web_error_table,
    ("events.md", "events"): event_tables,
}
"""(page, name of the marked part) -> what stands there."""


def marked(name: str, text: str) -> str:
    """A part between its marks."""
    return f"<!-- made by tests/docs/reference.py: {name} -->\n\n{text}\n\n<!-- end -->"


def rewrite(page: Path, name: str, text: str) -> None:
    """Put ``text`` into its part of the page."""
    old = page.read_text(encoding="utf-8")
    pattern = re.escape(f"<!-- made by tests/docs/reference.py: {name} -->") + r".*?<!-- end -->"
    new, count = re.subn(pattern, lambda _match: marked(name, text), old, flags=re.DOTALL)
    if count != 1:
        raise SystemExit(f"{page} has no part {name}")
    page.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    for (page_name, part), make in SECTIONS.items():
        rewrite(DOCS / page_name, part, make())
