"""Users from an Excel file: a template, a dry run, and the bad rows back as the same file with the reason in a last column."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook
from sqlalchemy import select

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, TooLarge, UnsupportedMedia
from shuhua_core.kernel.i18n import _, translator
from shuhua_core.kernel.scope import visible

from .links import LinkService
from .models import USER_KINDS, Organisation, Role, User
from .permissions import Permission
from .users import UserService

LARGEST_FILE, LARGEST_CONTENT, MOST_ROWS = 2_000_000, 50_000_000, 2000
COLUMNS: Mapping[str, tuple[str, str, str]] = {
    "login": ("登录名", "Login", "wang.xiaoming"),
    "name": ("姓名", "Name", "王小明"),
    "kind": ("用户类别", "Kind of user", "系统用户"),
    "organisation": ("所属机构", "Organisation", ""),
    "customer_id": ("客户内部编号", "Customer id", ""),
    "division_code": ("行政区划代码", "Division", ""),
    "phone": ("电话", "Phone", "139 0000 0001"),
    "email": ("电子邮箱", "E-mail", "wang@shuhua.example"),
    "roles": ("角色", "Roles", "维修人员"),
}
"""Column -> its heading in Chinese and English, and what the template's example row has."""
REASON = ("错误原因", "What is wrong")
NO_TABLE = _("This is no Excel file (.xlsx) that can be read. Use the template.")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file: its number there, its cells as text, and what became of it."""

    number: int
    cells: Mapping[str, str]
    errors: Sequence[str] = ()
    done: str = ""
    """``added`` or ``changed``."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or would do."""

    lines: Sequence[Line] = field(default_factory=tuple)

    @property
    def bad(self) -> list[Line]:
        """Rows with errors."""
        return [line for line in self.lines if line.errors]

    def count(self, done: str) -> int:
        """How many rows were ``added`` or ``changed``."""
        return sum(line.done == done for line in self.lines)


def read_rows(file: BinaryIO) -> list[Line]:
    """The rows of the first sheet below its headings. Raises TooLarge, UnsupportedMedia, Invalid on ``file``."""
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise TooLarge
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(each.file_size for each in archive.infolist()) > LARGEST_CONTENT:
                raise TooLarge
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    except (zipfile.BadZipFile, CalamineError, IndexError, OSError, ValueError) as error:
        raise UnsupportedMedia(NO_TABLE) from error
    if not rows:
        raise UnsupportedMedia(NO_TABLE)
    if len(rows) > MOST_ROWS + 1:
        raise Invalid({"file": _("At most ${n} rows at once, please.", mapping={"n": MOST_ROWS})})
    names = {label: name for name, labels in COLUMNS.items() for label in labels[:2]}
    heads = [names.get(_text(cell)) for cell in rows[0]]
    missing = [COLUMNS[name][0] for name in ("login", "name") if name not in heads]
    if missing:
        raise Invalid({"file": _("The column ${name} is missing. Use the template.", mapping={"name": missing[0]})})
    found = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: _text(cell) for name, cell in zip(heads, row, strict=False) if name is not None}
        if any(cells.values()):
            found.append(Line(number, cells))
    return found


def import_users(ctx: Context, rows: Sequence[Line], locale: str, *, dry_run: bool, invite: bool = False) -> Report:
    """Add the users of the rows, or change those whose logins there are; bad rows change nothing and say why.

    A dry run does the same and takes it back.
    """
    users = UserService(ctx)
    if not ctx.actor.may(Permission.ACCOUNTS_EDIT):
        raise NotAllowed
    known = _Known(ctx)
    lines, seen = [], set[str]()
    outer = ctx.session.begin_nested()
    for row in rows:
        login = row.cells.get("login", "").lower()
        try:
            _refuse_twin(login, seen)
            with ctx.session.begin_nested():
                lines.append(Line(row.number, row.cells, (), _save(users, known.values_of(row.cells), invite=invite)))
        except Invalid as error:
            lines.append(Line(row.number, row.cells, _told(error, locale)))
        except (NotAllowed, NotFound, Conflict) as error:
            lines.append(Line(row.number, row.cells, (translator(locale)(error.message),)))
    if dry_run:
        outer.rollback()
    else:
        outer.commit()
    return Report(lines)


def template(ctx: Context, locale: str) -> bytes:
    """The file to fill in: headings, an example row, drop-downs of kinds and organisations."""
    at = 1 if locale == "en" else 0
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
        sheet = book.add_worksheet("users")
        sheet.set_column(0, len(COLUMNS) - 1, 18, text)
        for index, labels in enumerate(COLUMNS.values()):
            sheet.write_string(0, index, labels[at], bold)
            sheet.write_string(1, index, labels[2], text)
        names = list(COLUMNS)
        kinds = [labels[at] for labels in USER_KINDS.values()]
        sheet.data_validation(1, names.index("kind"), MOST_ROWS, names.index("kind"), {"validate": "list", "source": kinds})
        lists = book.add_worksheet("lists")
        organisations = _Known(ctx).organisations
        for index, name in enumerate(sorted(organisations)):
            lists.write_string(index, 0, name)
        column = names.index("organisation")
        source = f"=lists!$A$1:$A${max(len(organisations), 1)}"
        sheet.data_validation(1, column, MOST_ROWS, column, {"validate": "list", "source": source})
        sheet.freeze_panes(1, 0)
    return out.getvalue()


def bad_rows(lines: Sequence[Sequence[str]], locale: str) -> bytes:
    """The rows that could not be imported, as the same file with the reason in a last column; all cells are text."""
    at = 1 if locale == "en" else 0
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet("users")
        sheet.set_column(0, len(COLUMNS), 18, text)
        for index, labels in enumerate([*COLUMNS.values(), REASON]):
            sheet.write_string(0, index, labels[at], text)
        for number, line in enumerate(lines, start=1):
            for index, cell in enumerate(line[: len(COLUMNS) + 1]):
                sheet.write_string(number, index, cell[:1000], text)
    return out.getvalue()


class _Known:
    """Names that people write -> what they stand for, read once."""

    def __init__(self, ctx: Context) -> None:
        reach = visible(Organisation, ctx.actor, Permission.ACCOUNTS_EDIT)
        self.organisations: dict[str, list[int]] = {}
        for each in ctx.session.scalars(select(Organisation).where(Organisation.active, reach)):
            for name in {each.name, each.name_en} - {None, ""}:
                self.organisations.setdefault(str(name), []).append(each.id)
        self.roles = {name: role.code for role in ctx.session.scalars(select(Role)) for name in (role.zh, role.en, role.code)}
        self.kinds = {name: word for word, labels in USER_KINDS.items() for name in (*labels, word)}

    def values_of(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """A row as the service takes it; an empty cell is left out. Raises Invalid."""
        errors: dict[str, Any] = {}
        values: dict[str, Any] = {name: text for name, text in cells.items() if text and name not in {"organisation", "roles"}}
        if "kind" in values and values["kind"] not in self.kinds:
            errors["kind"] = _("There is no kind of user ${name}.", mapping={"name": values["kind"]})
        elif "kind" in values:
            values["kind"] = self.kinds[values["kind"]]
        if text := cells.get("organisation"):
            ids = self.organisations.get(text, [])
            if len(ids) == 1:
                values["organisation_id"] = ids[0]
            else:
                words = _("There is no organisation ${name}.") if not ids else _("Several organisations are called ${name}.")
                errors["organisation"] = words % {"name": text}
        if text := cells.get("roles"):
            names = [each.strip() for each in text.replace("，", ",").replace("、", ",").split(",") if each.strip()]
            unknown = [each for each in names if each not in self.roles]
            if unknown:
                errors["roles"] = _("There is no role ${code}.", mapping={"code": unknown[0]})
            values["roles"] = [self.roles[each] for each in names if each in self.roles]
        if text := cells.get("customer_id"):
            values["customer_id"] = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else text
        if errors:
            raise Invalid(errors)
        return values


def _refuse_twin(login: str, seen: set[str]) -> None:
    if login in seen:
        raise Invalid({"login": _("This login stands twice in the file.")})
    seen.add(login)


def _save(users: UserService, values: dict[str, Any], *, invite: bool) -> str:
    login = str(values.get("login", "")).lower()
    present = users.session.scalar(select(User.id).where(User.login == login))
    if present is not None:
        users.update(present, {name: value for name, value in values.items() if name != "login"})
        return "changed"
    made = users.create(values)
    if invite and (made.email or made.phone):
        LinkService(users.ctx).send(made.id)
    return "added"


def _told(error: Invalid, locale: str) -> list[str]:
    at, tr = (1 if locale == "en" else 0), translator(locale)
    names = {"organisation_id": "organisation"}
    found = []
    for name, message in error.errors.items():
        labels = COLUMNS.get(names.get(name, name))
        found.append(f"{labels[at]}: {tr(message)}" if labels else tr(message))
    return found


def _text(cell: Any) -> str:
    """A cell as text: what Excel keeps as a number, such as a phone, without the point that it never had."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip() if cell is not None else ""
