"""Why a file is not accepted: a word that is stored, and the sentence for people."""

from __future__ import annotations

from collections.abc import Mapping

from translationstring import TranslationString

from ..kernel.i18n import _

REASONS: Mapping[str, TranslationString] = {
    "unsupported": _("This kind of file is not accepted. Send a photo, a video or a sound recording as phones make them."),
    "damaged": _("The file is damaged and cannot be read."),
    "too_large": _("The picture has too many pixels."),
    "too_costly": _("The file takes too much time or memory to read."),
    "no_reader": _("This server cannot read this kind of file. Send a JPEG picture instead, or ask the administrator."),
}


def reason_text(code: str | None) -> TranslationString | None:
    """The sentence for a stored word."""
    return REASONS.get(code, REASONS["damaged"]) if code else None
