"""The blocks a page is made of. Each knows its height, draws itself, and may be cut in two at a page's end.

Lengths are points; ``top`` is the distance from the lower edge of the paper to the upper edge of the block.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from .pictures import Picture
from .text import Typesetter
from .units import mm

SIZE = 9.5
LEADING = 1.38
PAD = 1.4 * mm
LINE = 0.6

Align = Literal["left", "right", "centre"]


class Block(Protocol):
    """A strip of a page, as wide as its text area."""

    @property
    def height(self) -> float:
        """How high it is."""

    @property
    def keep_next(self) -> bool:
        """Whether it must not be the last on a page."""

    def draw(self, canvas: Any, left: float, top: float) -> None:
        """Draw it."""

    def cut(self, height: float) -> "tuple[Block, Block] | None":
        """Two blocks, the first no higher than ``height``; None where it cannot be cut like that."""


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of a row: broken lines in a frame."""

    lines: Sequence[str]
    width: float
    face: str
    size: float = SIZE
    align: Align = "left"

    @property
    def height(self) -> float:
        """The height that its text needs."""
        return len(self.lines) * self.size * LEADING + 2 * PAD


@dataclass(frozen=True, slots=True)
class Row:
    """Cells side by side, all as high as the highest."""

    boxes: Sequence[Box]
    keep_next: bool = False
    min_height: float = 0.0
    framed: bool = True

    @property
    def height(self) -> float:
        """The height of the highest cell."""
        return max(self.min_height, *(box.height for box in self.boxes))

    def draw(self, canvas: Any, left: float, top: float) -> None:
        """Frames and text; one line of text stands in the middle of its height."""
        height = self.height
        for box in self.boxes:
            if self.framed:
                canvas.setLineWidth(LINE)
                canvas.rect(left, top - height, box.width, height)
            canvas.setFont(box.face, box.size)
            text = len(box.lines) * box.size * LEADING
            baseline = top - (height - text) / 2 - box.size * 1.06
            for line in box.lines:
                _place(canvas, box, left, baseline, line)
                baseline -= box.size * LEADING
            left += box.width

    def cut(self, height: float) -> "tuple[Row, Row] | None":
        """Cut between lines, with at least two on the first page."""
        counts = [int((height - 2 * PAD) / (box.size * LEADING)) for box in self.boxes]
        if min(counts) < 2:
            return None
        head = tuple(replace(box, lines=box.lines[:count]) for box, count in zip(self.boxes, counts, strict=True))
        tail = tuple(replace(box, lines=box.lines[count:] or ("",)) for box, count in zip(self.boxes, counts, strict=True))
        return replace(self, boxes=head, min_height=0.0), replace(self, boxes=tail, min_height=0.0)


@dataclass(frozen=True, slots=True)
class Pictures:
    """Up to three pictures side by side in one frame, each with a line below."""

    pictures: Sequence[Picture]
    captions: Sequence[Sequence[str]]
    width: float
    box_height: float
    face: str
    keep_next: bool = False

    @property
    def height(self) -> float:
        """Pictures and the longest caption."""
        return self.box_height + max(len(lines) for lines in self.captions) * 8 * LEADING + 3 * PAD

    def draw(self, canvas: Any, left: float, top: float) -> None:
        """Each picture as large as its third of the width and the height allow."""
        canvas.setLineWidth(LINE)
        canvas.rect(left, top - self.height, self.width, self.height)
        share = self.width / 3
        canvas.setFont(self.face, 8)
        for place, (picture, lines) in enumerate(zip(self.pictures, self.captions, strict=True)):
            at = left + place * share + PAD
            picture.draw(canvas, at, top - PAD, share - 2 * PAD, self.box_height)
            baseline = top - PAD - self.box_height - 8 * 1.2
            for line in lines:
                canvas.drawString(at, baseline, line)
                baseline -= 8 * LEADING

    def cut(self, height: float) -> None:
        """Pictures stay whole."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """One frame a person: who signs, what they drew or a line to sign on, and a line for the date."""

    names: Sequence[str]
    dates: Sequence[str]
    """The word before the date's line; with a date behind it, no line is drawn."""
    width: float
    face: str
    drawn: Sequence[Picture | None]
    keep_next: bool = False
    height: float = 20 * mm

    def draw(self, canvas: Any, left: float, top: float) -> None:
        """Names above, signatures or lines to write on below."""
        share = self.width / len(self.names)
        for place, (name, date, drawn) in enumerate(zip(self.names, self.dates, self.drawn, strict=True)):
            at = left + place * share
            canvas.setLineWidth(LINE)
            canvas.rect(at, top - self.height, share, self.height)
            canvas.setFont(self.face, SIZE)
            canvas.drawString(at + PAD, top - PAD - SIZE, name)
            low = top - self.height + PAD + 2
            canvas.drawString(at + PAD, low, date)
            canvas.setLineWidth(0.3)
            line = low + SIZE + 3
            canvas.line(at + PAD, line, at + share - PAD, line)
            if drawn is not None:
                room = top - PAD - SIZE - 2 - line
                drawn.draw(canvas, at + PAD, line + room, share - 2 * PAD, room)
            else:
                canvas.line(at + PAD + canvas.stringWidth(date, self.face, SIZE) + 2, low - 2, at + share - PAD, low - 2)
        canvas.setLineWidth(LINE)

    def cut(self, height: float) -> None:
        """Signatures stay whole."""


@dataclass(frozen=True, slots=True)
class Banner:
    """A few words as large as they fit, white on black, to be read from afar."""

    text: str
    width: float
    face: str
    size: float
    keep_next: bool = False

    @property
    def height(self) -> float:
        """The bar around the words."""
        return self.size * 1.7

    def draw(self, canvas: Any, left: float, top: float) -> None:
        """A black bar with the words in its middle."""
        canvas.rect(left, top - self.height, self.width, self.height, stroke=0, fill=1)
        canvas.setFillGray(1)
        canvas.setFont(self.face, self.size)
        canvas.drawCentredString(left + self.width / 2, top - self.height / 2 - self.size * 0.36, self.text)
        canvas.setFillGray(0)

    def cut(self, height: float) -> None:
        """A banner stays whole."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Makes rows of label and value, and of table cells, from plain text."""

    setter: Typesetter
    size: float = SIZE

    def box(self, text: str, width: float, *, bold: bool = False, align: Align = "left") -> Box:
        """A cell of this width around a text."""
        lines = self.setter.lines(text, width - 2 * PAD, self.size, bold=bold)
        return Box(lines, width, self.setter.face(bold=bold).name, self.size, align)


def _place(canvas: Any, box: Box, left: float, baseline: float, line: str) -> None:
    if box.align == "right":
        canvas.drawRightString(left + box.width - PAD, baseline, line)
    elif box.align == "centre":
        canvas.drawCentredString(left + box.width / 2, baseline, line)
    else:
        canvas.drawString(left + PAD, baseline, line)
