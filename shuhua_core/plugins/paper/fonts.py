"""The fonts of printed documents: Noto Sans SC, put beside the package by the build and embedded as a subset."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from shuhua_core.kernel.errors import ConfigurationError
from shuhua_core.kernel.i18n import _

FOLDER = Path(__file__).parents[2] / "assets" / "fonts"
FILES = {"regular": "NotoSansSC-Regular.ttf", "bold": "NotoSansSC-Bold.ttf"}


class FontMissing(ConfigurationError):
    """A font of printed documents is not where the build puts it."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _(
                "The font ${file} for printed documents is missing. Run `make build` in a source tree, or install the wheel.",
                mapping={"file": path.name},
            )
        )
        self.path = path


@dataclass(frozen=True, slots=True)
class Face:
    """One font: its name in the PDF, and the widths of the characters it has, in thousandths of the size."""

    name: str
    widths: dict[int, float]
    default_width: float

    def has(self, character: str) -> bool:
        """Whether this font can show a character."""
        return ord(character) in self.widths

    def width(self, text: str, size: float) -> float:
        """How wide a text is, in points."""
        default = self.default_width
        return sum(self.widths.get(ord(character), default) for character in text) * size / 1000


@dataclass(frozen=True, slots=True)
class Fonts:
    """The two weights used on paper."""

    regular: Face
    bold: Face


@cache
def fonts(folder: Path = FOLDER) -> Fonts:
    """The fonts, read from ``folder`` once in a process; raises FontMissing."""
    regular, bold = (_face(folder / file) for file in FILES.values())
    return Fonts(regular, bold)


def _face(path: Path) -> Face:
    if not path.is_file():
        raise FontMissing(path)
    font = TTFont(path.stem, str(path))
    pdfmetrics.registerFont(font)
    present = {code: font.face.charWidths[code] for code in font.face.charToGlyph if code in font.face.charWidths}
    return Face(path.stem, present, font.face.defaultWidth)
