"""Pictures and QR codes on paper, in black and white."""

import io
import warnings
from dataclasses import dataclass
from typing import Any

import segno
from PIL import Image, ImageOps
from reportlab.lib.utils import ImageReader

from .units import mm

_DOTS = 200 / 72  # a point; enough for a photo on an office printer
_QUALITY = 80


class PictureUnreadable(Exception):
    """The bytes are no picture that can be printed."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, turned upright, grey, and no larger than its place on paper needs."""

    jpeg: bytes
    width: int
    height: int

    @classmethod
    def read(cls, content: bytes, width: float, height: float) -> "Picture":
        """From the bytes of a JPEG, PNG or WebP, for a place of this size in points; raises PictureUnreadable."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as opened:
                    opened.draft("L", (int(width * _DOTS), int(height * _DOTS)))
                    upright = ImageOps.exif_transpose(opened)
                    grey = _on_white(upright).convert("L")
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise PictureUnreadable from error
        grey.thumbnail((max(1, int(width * _DOTS)), max(1, int(height * _DOTS))))
        out = io.BytesIO()
        grey.save(out, "JPEG", quality=_QUALITY)
        return cls(out.getvalue(), grey.width, grey.height)

    def draw(self, canvas: Any, left: float, top: float, width: float, height: float) -> None:
        """As large as fits into this place, at its upper left."""
        scale = min(width / self.width, height / self.height)
        drawn = (self.width * scale, self.height * scale)
        canvas.drawImage(ImageReader(io.BytesIO(self.jpeg)), left, top - drawn[1], *drawn)


def draw_qr(canvas: Any, text: str, right: float, top: float, side: float = 20 * mm) -> None:
    """A QR code, error correction Q, with its quiet zone inside ``side``, its upper right corner at the given point."""
    modules = [bytes(row) for row in segno.make(text, error="q", micro=False, boost_error=False).matrix_iter(border=2)]
    unit = side / len(modules)
    left = right - side
    path = canvas.beginPath()
    for down, row in enumerate(modules):
        for start, length in _runs(row):
            path.rect(left + start * unit, top - (down + 1) * unit, length * unit, unit)
    canvas.drawPath(path, stroke=0, fill=1)


def _runs(row: bytes) -> list[tuple[int, int]]:
    """The dark stretches of a line: where each starts and how long it is."""
    found: list[tuple[int, int]] = []
    for at, dark in enumerate(row):
        if not dark:
            continue
        if found and sum(found[-1]) == at:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((at, 1))
    return found


def _on_white(picture: Image.Image) -> Image.Image:
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture
    picture = picture.convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture)
