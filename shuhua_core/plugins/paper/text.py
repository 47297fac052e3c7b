"""Text on paper: made printable, measured, and broken into lines as Chinese and Latin typesetting want it."""

import itertools
import unicodedata

from .fonts import Face, Fonts

NO_LINE_START = frozenset("，。、；：？！…—～·）》〉」』】〕〗］｝”’％‰℃°¨ˇˉ々ー" + ",.;:?!)]}%'\"’”»›")
NO_LINE_END = frozenset("（《〈「『【〔〖［｛“‘￥＄£＃＠" + "([{$#@«‹")
_TOGETHER = frozenset("…—")
_WIDE_FROM = 0x2E80  # from here on every character may stand alone
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


class Typesetter:
    """Prepares and breaks text for one document, and remembers which characters no font had."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._missing: dict[str, None] = {}

    @property
    def missing(self) -> str:
        """The characters, each once, that were printed as their code."""
        return "".join(self._missing)

    def face(self, *, bold: bool = False) -> Face:
        """The font of a weight."""
        return self._fonts.bold if bold else self._fonts.regular

    def printable(self, text: str) -> str:
        """The text without invisible characters; one that the font lacks becomes its code, as in ``[U+20BB7]``."""
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
        return "".join(self._printable(character) for character in text)

    def lines(self, text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
        """The printable text in lines no wider than ``width`` points; an empty text is one empty line.

        No line begins with closing punctuation or ends with opening punctuation, unless it is nothing but that.
        """
        face = self.face(bold=bold)
        found: list[str] = []
        for paragraph in self.printable(text).split("\n"):
            found += _wrap(paragraph, width, face, size)
        return found

    def _printable(self, character: str) -> str:
        if character in "\n ":
            return character
        if character == "\t":
            return "    "
        category = unicodedata.category(character)
        if category in {"Cc", "Cf"} or _is_variation_selector(character):
            return ""
        if category not in _DROPPED and self._fonts.regular.has(character) and self._fonts.bold.has(character):
            return character
        if category == "Zs":
            return " "
        self._missing[character if category != "Cs" else "\ufffd"] = None
        return f"[U+{ord(character):04X}]"


def _is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _may_break(before: str, after: str) -> bool:
    if after == " " or after in NO_LINE_START or before in NO_LINE_END:
        return False
    if before == after and before in _TOGETHER:
        return False
    return before == " " or ord(before) >= _WIDE_FROM or ord(after) >= _WIDE_FROM


def _pieces(text: str) -> list[str]:
    """The text cut wherever a line may end."""
    cuts = [0, *(at for at in range(1, len(text)) if _may_break(text[at - 1], text[at])), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(cuts) if end > start]


def _wrap(text: str, width: float, face: Face, size: float) -> list[str]:
    lines: list[str] = []
    line, used = "", 0.0
    for piece in _pieces(text):
        if used + face.width(piece.rstrip(), size) <= width:
            line += piece
            used += face.width(piece, size)
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        while face.width(line.rstrip(), size) > width:
            at = _forced_cut(line, width, face, size)
            lines.append(line[:at].rstrip())
            line = line[at:].lstrip()
        used = face.width(line, size)
    lines.append(line.rstrip())
    return lines


def _forced_cut(piece: str, width: float, face: Face, size: float) -> int:
    """Where to cut a piece that has no place to break: as late as fits, but not before closing punctuation."""
    fits = 1
    used = face.width(piece[0], size)
    while fits < len(piece) - 1 and (used := used + face.width(piece[fits], size)) <= width:
        fits += 1
    at = fits
    while at > 1 and (piece[at] in NO_LINE_START or piece[at] == " " or piece[at - 1] in NO_LINE_END):
        at -= 1
    return at if at > 1 else fits
