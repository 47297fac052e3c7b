"""Sheets of QR labels on A4, to print and cut: the QR, its code below, and on larger ones the piece's name and the hotline."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from shuhua_core.plugins.paper.fonts import Face, fonts
from shuhua_core.plugins.paper.pictures import draw_qr
from shuhua_core.plugins.paper.units import mm
from shuhua_core.sites.labels.sizes import LabelSize

MARGIN, GAP, PADDING = 8 * mm, 3 * mm, 1.5 * mm


@dataclass(frozen=True, slots=True)
class PrintedLabel:
    """What one label says; ``name`` is that of the piece, '' for a blank one."""

    code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class LabelWords:
    """What all labels of a sheet share; ``invitation`` says what to do with them."""

    origin: str
    maker: str
    invitation: str
    hotline: str = ""


def address_of(origin: str, code: str) -> str:
    """The address in a label's QR code."""
    return f"{origin.rstrip('/')}/q/{code}"


def label_sheet(labels: Sequence[PrintedLabel], size: LabelSize, words: LabelWords) -> bytes:
    """The labels as a PDF, as many to a page as fit, each in a thin frame to cut along."""
    out = io.BytesIO()
    face = fonts()
    canvas = Canvas(out, pagesize=A4, initialFontName=face.regular.name)
    canvas.setTitle(f"{words.maker} {size}")
    canvas.setCreator("Shuhua")
    width, height = size.width * mm, size.height * mm
    across = int((A4[0] - 2 * MARGIN + GAP) // (width + GAP))
    down = int((A4[1] - 2 * MARGIN + GAP) // (height + GAP))
    for index, label in enumerate(labels):
        place = index % (across * down)
        if index and place == 0:
            canvas.showPage()
        left = MARGIN + place % across * (width + GAP)
        top = A4[1] - MARGIN - place // across * (height + GAP)
        _draw(canvas, label, size, words, (left, top))
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, label: PrintedLabel, size: LabelSize, words: LabelWords, corner: tuple[float, float]) -> None:
    left, top = corner
    width, height = size.width * mm, size.height * mm
    canvas.setLineWidth(0.2)
    canvas.setStrokeGray(0.6)
    canvas.rect(left, top - height, width, height)
    face, middle = fonts(), left + width / 2
    room = width - 2 * PADDING
    at = top - PADDING
    if size.has_text:
        at = _line(canvas, (face.bold, width * 0.09), words.maker, (middle, at), room)
        at = _line(canvas, (face.regular, width * 0.065), words.invitation, (middle, at), room)
    code_size = min(width * 0.12, 6 * mm)
    below = code_size * 1.35
    if size.has_text:
        below += (width * 0.075 + width * 0.065) * 1.35
    side = min(room, at - (top - height) - PADDING - below)
    draw_qr(canvas, address_of(words.origin, label.code), middle + side / 2, at, side)
    at -= side
    at = _line(canvas, (face.bold, code_size), label.code, (middle, at), room)
    if size.has_text:
        at = _line(canvas, (face.regular, width * 0.075), label.name, (middle, at), room)
        _line(canvas, (face.regular, width * 0.065), words.hotline, (middle, at), room)


def _line(canvas: Canvas, style: tuple[Face, float], text: str, at: tuple[float, float], room: float) -> float:
    """A line of text, made smaller until it fits; gives where the next one begins."""
    (face, size), (middle, top) = style, at
    if text:
        shown = "".join(each if face.has(each) else "□" for each in text)
        fitting = min(size, size * room / max(face.width(shown, size), 0.1))
        canvas.setFillGray(0)
        canvas.setFont(face.name, fitting)
        canvas.drawCentredString(middle, top - size, shown)
    return top - size * 1.35
