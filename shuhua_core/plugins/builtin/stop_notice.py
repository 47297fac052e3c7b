"""The notice of a piece that is out of use (停用告示): to be stuck on it, read from three metres away."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO, Literal

from shuhua_core.kernel.i18n import _, translator
from shuhua_core.plugins.contracts import Built, Label, ReportData, ReportType
from shuhua_core.plugins.hookspecs import hookimpl
from shuhua_core.plugins.paper.blocks import Banner, Block, Cells, Row
from shuhua_core.plugins.paper.document import Document
from shuhua_core.plugins.paper.fonts import fonts
from shuhua_core.plugins.paper.text import Typesetter
from shuhua_core.plugins.paper.units import mm

LABELS = {
    "equipment": _("Equipment"),
    "site": _("Site"),
    "reason": _("Reason"),
    "since": _("Out of use since"),
    "unit": _("Unit"),
    "phone": _("Phone"),
}
"""The fields the notice knows, in their order."""

_SIZE = 20.0
_LABEL_WIDTH = 48 * mm
_BANNER = 84.0
"""The largest size of the words, in points."""


class StopNotice:
    """A4, the warning in characters as large as the paper allows, then why, since when, and whom to call."""

    name = "stop_notice"
    label = Label(zh="停用告示", en="Out-of-use notice")
    kind: Literal["sheet"] = "sheet"
    media_type = "application/pdf"
    extension = "pdf"

    def build(self, data: ReportData, out: BinaryIO) -> Built:
        """Print the notice on one page, or more where the reason is very long."""
        translate, setter = translator(data.locale), Typesetter(fonts())
        document = Document(data, setter, translate)
        blocks: list[Block] = [_banner(setter, translate(_("Do not use")), document.width), _space(setter, document.width)]
        blocks += _fields(data, setter, document.width, {key: translate(label) for key, label in LABELS.items()})
        notes = []
        if setter.missing:
            notes.append(translate(_("Characters that the font does not have are printed as their code.")))
            blocks += [Row((Cells(setter, 8).box(note, document.width),), framed=False) for note in notes]
        pages = document.write(blocks, out)
        return Built(pages=pages, missing_characters=setter.missing, notes=tuple(notes))


def _banner(setter: Typesetter, text: str, width: float) -> Banner:
    face = setter.face(bold=True)
    fits = (width - 8 * mm) / face.width(text, 1)
    return Banner(text, width, face.name, min(_BANNER, fits))


def _space(setter: Typesetter, width: float) -> Row:
    return Row((Cells(setter).box("", width),), min_height=8 * mm, framed=False)


def _fields(data: ReportData, setter: Typesetter, width: float, labels: dict[str, str]) -> Iterable[Block]:
    cells = Cells(setter, _SIZE)
    for key, label in labels.items():
        value = data.value(key)
        if value:
            yield Row((cells.box(label, _LABEL_WIDTH, bold=True), cells.box(value, width - _LABEL_WIDTH)), min_height=14 * mm)


@hookimpl
def shuhua_register_report_types() -> Sequence[ReportType]:
    """One notice."""
    return (StopNotice(),)
