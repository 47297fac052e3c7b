"""A document on A4: puts blocks on pages and prints them with title, number, QR code and page numbers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from shuhua_core.kernel.i18n import _
from shuhua_core.plugins.contracts import ReportData

from .blocks import Block
from .pictures import draw_qr
from .text import Typesetter
from .units import mm

MARGIN = 15 * mm
FOOTER = 14 * mm
_QR = 20 * mm
_HEAD_WITH_QR = 26 * mm
_HEAD = 16 * mm
_TITLE = 18.0
_SMALL = 8.0


@dataclass(frozen=True, slots=True)
class Document:
    """The sheet of paper: what stands on every page of it. ``translate`` is that of the reader's locale."""

    data: ReportData
    setter: Typesetter
    translate: Callable[[str], str]
    wide: bool = False
    subtitle: str = ""

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the paper."""
        width, height = landscape(A4) if self.wide else A4
        return float(width), float(height)

    @property
    def width(self) -> float:
        """Width of the text area."""
        return self.size[0] - 2 * MARGIN

    @property
    def _head(self) -> float:
        return (_HEAD_WITH_QR if self.data.qr_text else _HEAD) + len(self._subtitle) * _SMALL * 1.4

    @property
    def _subtitle(self) -> list[str]:
        return self.setter.lines(self.subtitle, self.width, _SMALL) if self.subtitle else []

    def write(self, blocks: Iterable[Block], out: BinaryIO, repeated: Block | None = None) -> int:
        """Print blocks, ``repeated`` at the top of every page; gives the number of pages."""
        top = self.size[1] - MARGIN - self._head
        room = top - FOOTER - (repeated.height if repeated else 0)
        pages = paginate(blocks, room)
        font = self.setter.face().name
        canvas = Canvas(out, pagesize=self.size, lang=self.data.locale.replace("_", "-"), initialFontName=font)
        canvas.setTitle(self.setter.printable(f"{self.data.title} {self.data.number or ''}".strip()))
        canvas.setAuthor(self.setter.printable(self.data.organisation))
        canvas.setCreator("Shuhua")
        for number, page in enumerate(pages, start=1):
            self._draw_head(canvas)
            self._draw_foot(canvas, number, len(pages))
            at = top
            for block in ([repeated] if repeated else []) + page:
                block.draw(canvas, MARGIN, at)
                at -= block.height
            canvas.showPage()
        canvas.save()
        return len(pages)

    def _draw_head(self, canvas: Any) -> None:
        width, height = self.size
        top = height - MARGIN
        regular, bold = self.setter.face().name, self.setter.face(bold=True).name
        side = width / 2 - MARGIN - self.setter.face(bold=True).width(self.data.title, _TITLE) / 2 - 4 * mm
        canvas.setFont(regular, _SMALL)
        for place, line in enumerate(self.setter.lines(self.data.organisation, max(side, 25 * mm), _SMALL)[:3]):
            canvas.drawString(MARGIN, top - _SMALL - place * _SMALL * 1.4, line)
        title = self.setter.lines(self.data.title, self.width - 2 * (45 * mm if self.data.number else 30 * mm), _TITLE, bold=True)
        canvas.setFont(bold, _TITLE)
        canvas.drawCentredString(width / 2, top - _TITLE, title[0] if len(title) == 1 else f"{title[0]}…")
        canvas.setFont(regular, _SMALL)
        for place, line in enumerate(reversed(self._subtitle)):
            canvas.drawString(MARGIN, top - self._head + 1.5 * mm + place * _SMALL * 1.4, line)
        right = width - MARGIN
        if self.data.qr_text:
            draw_qr(canvas, self.data.qr_text, right, top + 3 * mm, _QR)
        if self.data.number:
            canvas.setFont(bold, 10)
            below = _QR + 1 * mm if self.data.qr_text else 10
            canvas.drawRightString(right, top - below, self.setter.printable(self.data.number))

    def _draw_foot(self, canvas: Any, page: int, pages: int) -> None:
        width, _height = self.size
        canvas.setFont(self.setter.face().name, _SMALL)
        count = self.translate(_("Page ${page} of ${pages}", mapping={"page": page, "pages": pages}))
        canvas.drawCentredString(width / 2, FOOTER - 6 * mm, count)
        when = f"{self.data.printed_at:%Y-%m-%d %H:%M}"
        printed = self.translate(_("Printed ${when} ${who}", mapping={"when": when, "who": self.data.printed_by})).strip()
        canvas.drawString(MARGIN, FOOTER - 6 * mm, self.setter.lines(printed, width / 3, _SMALL)[0])


def paginate(blocks: Iterable[Block], room: float) -> list[list[Block]]:
    """Blocks in order on pages with this much height; at least one page.

    A block that does not fit goes to the next page, with those before it that must stay with it. One that is higher than
    a third of a page is cut instead, if it can be.
    """
    pages: list[list[Block]] = [[]]
    left = room
    for block in blocks:
        while block.height > left:
            parts = block.cut(left) if block.height > room / 3 else None
            if parts:
                pages[-1].append(parts[0])
                block = parts[1]  # noqa: PLW2901
                pages.append([])
            elif not pages[-1]:
                break  # whole and higher than a page: no block of ours is, so draw it rather than search on
            else:
                pages.append(_kept(pages[-1]))
            left = room - sum(one.height for one in pages[-1])
        pages[-1].append(block)
        left -= block.height
    return pages


def _kept(page: list[Block]) -> list[Block]:
    """Takes off a page those last blocks that must stay with what comes next, unless that is all there is."""
    at = len(page)
    while at > 1 and page[at - 1].keep_next:
        at -= 1
    kept = page[at:]
    del page[at:]
    return kept
