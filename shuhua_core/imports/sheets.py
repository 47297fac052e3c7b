"""The template of an archive, and the rows that were refused as the same file with the reason in a last column."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter

from shuhua_core.archives.phones import Phone
from shuhua_core.kernel.i18n import _, translator
from shuhua_core.kernel.schema import Amount, Choice, Date, Integer

from .archives import EXAMPLE, NUMBER, POSITION, Column, ImportedArchive
from .models import Import

REASON = _("Reason for the refusal")
FILLED = 2000
"""Rows of the template that offer drop-downs."""
_SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_LONGEST_LIST = 255
"""Characters that Excel takes for the choices of a drop-down; longer ones stand on the sheet of hints."""


def template(archive: ImportedArchive, locale: str) -> bytes:
    """The file to fill in: headings with the required ones marked, an example row, drop-downs, and a sheet of hints."""
    tr, out = translator(locale), io.BytesIO()
    at = 1 if locale == "en" else 0
    with xlsxwriter.Workbook(out, _SAFE) as book:
        text = book.add_format({"num_format": "@"})
        grey = book.add_format({"num_format": "@", "font_color": "#7A7A7A", "italic": True})
        heads = {
            needed: book.add_format(
                {"bold": True, "num_format": "@", "border": 1, "bg_color": "#FCE4D6" if needed else "#DCE6F1"}
            )
            for needed in (True, False)
        }
        sheet = book.add_worksheet(tr(archive.title)[:31])
        hints = book.add_worksheet(tr(_("Hints")))
        sheet.set_column(0, len(archive.columns) - 1, 18, text)
        for index, column in enumerate(archive.columns):
            sheet.write_string(0, index, column.heading(locale) + ("*" if column.required else ""), heads[column.required])
            example = EXAMPLE[at] if column.name == NUMBER else archive.examples.get(column.name, ("", ""))[at]
            sheet.write_string(1, index, example, grey)
            _offer(sheet, hints, index, column, at)
        sheet.freeze_panes(1, 0)
        _hints(hints, archive, locale, text)
    return out.getvalue()


def _offer(sheet: Any, hints: Any, index: int, column: Column, at: int) -> None:
    typ = column.node.typ
    if not isinstance(typ, Choice):
        return
    words = [labels[at] for labels in typ.options.values()]
    source: Any = words
    if len(",".join(words)) > _LONGEST_LIST:
        hints.write_column(0, 20 + index, words)
        name = _column_name(20 + index)
        source = f"='{hints.get_name()}'!${name}$1:${name}${len(words)}"
    sheet.data_validation(1, index, FILLED, index, {"validate": "list", "source": source})


def _column_name(index: int) -> str:
    return (chr(64 + index // 26) if index >= 26 else "") + chr(65 + index % 26)


def _hints(sheet: Any, archive: ImportedArchive, locale: str, text: Any) -> None:
    tr = translator(locale)
    lines = [
        _("The example row is not imported."),
        _("Columns with * are needed for a new record."),
        _("A row whose number is there already changes that record; an empty cell changes nothing."),
        _("Other records are named by their number, or by a name that only one has."),
        _("Dates such as 2016-09-01; a year alone is no date. Phones and numbers are text."),
    ]
    sheet.set_column(0, 0, 24, text)
    sheet.set_column(1, 1, 80, text)
    for number, line in enumerate(lines):
        sheet.write_string(number, 0, tr(line))
    for number, column in enumerate(archive.columns, start=len(lines) + 1):
        sheet.write_string(number, 0, column.heading(locale))
        sheet.write_string(number, 1, " ".join(tr(part) for part in _hint_of(column) if part))


def _hint_of(column: Column) -> Iterable[Any]:
    typ = column.node.typ
    if column.required:
        yield _("Needed.")
    if column.name == NUMBER or column.node.description:
        yield column.node.description
    if isinstance(typ, Choice):
        yield _("Choose from the list.")
    elif isinstance(typ, Date):
        yield _("A date such as 2016-09-01.")
    elif isinstance(typ, Phone):
        yield _("A phone such as 139 0000 0000, or 0595-8888 0000 with its area code.")
    elif isinstance(typ, Amount):
        yield _("An amount such as 1280.50.")
    elif column.refers_to == "organisation":
        yield _("Its name.")
    elif column.refers_to is not None:
        yield _("Its number, or its name.")
    elif isinstance(typ, Integer):
        yield _("A whole number.")
    elif column.name == "division_code":
        yield _("A code such as 350582, or the full name.")
    elif column.name in POSITION:
        yield _("Degrees such as 118.5806; the datum is asked when you send the file.")


def refused(
    entry: Import, rows: Iterable[tuple[int, Sequence[str]]], archive: ImportedArchive, reasons: Mapping[int, Sequence[str]]
) -> bytes:
    """The refused rows of an import with all columns that were read, and a last one with the reasons; all cells are text."""
    tr, out = translator(entry.locale), io.BytesIO()
    columns = {column.name: column for column in archive.columns}
    kept = [(index, columns[name]) for index, name in enumerate(entry.heads) if name is not None]
    with xlsxwriter.Workbook(out, _SAFE) as book:
        text, red = book.add_format({"num_format": "@"}), book.add_format({"num_format": "@", "font_color": "#B00020"})
        bold = book.add_format({"bold": True, "num_format": "@"})
        sheet = book.add_worksheet(tr(archive.title)[:31])
        sheet.set_column(0, len(kept) - 1, 18, text)
        sheet.set_column(len(kept), len(kept), 60, red)
        for at, (_index, column) in enumerate(kept):
            sheet.write_string(0, at, column.heading(entry.locale), bold)
        sheet.write_string(0, len(kept), tr(REASON), bold)
        line = 0
        for number, cells in rows:
            if number in reasons:
                line += 1
                for at, (index, _column) in enumerate(kept):
                    sheet.write_string(line, at, cells[index][:32_000], text)
                sheet.write_string(line, len(kept), "; ".join(reasons[number])[:32_000], red)
        sheet.freeze_panes(1, 0)
    return out.getvalue()
