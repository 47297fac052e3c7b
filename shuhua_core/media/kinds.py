"""What a file is, by its own bytes: never by its name, nor by what a client says.

Looked at here is only the beginning; whether the rest is whole is found out by who decodes it, in a process of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

HEAD = 4096
"""Bytes of a file that are enough to tell what it is."""


@dataclass(frozen=True, slots=True)
class Format:
    """One accepted format; ``reader`` is what decodes it, so that no decoder guesses anew."""

    name: str
    kind: str
    content_type: str
    reader: str


def _photo(name: str, content_type: str) -> Format:
    return Format(name, "photo", content_type, name)


JPEG = _photo("JPEG", "image/jpeg")
PNG = _photo("PNG", "image/png")
WEBP = _photo("WEBP", "image/webp")
GIF = _photo("GIF", "image/gif")
HEIC = _photo("HEIF", "image/heic")
MP4 = Format("MP4", "video", "video/mp4", "mov")
MOV = Format("MOV", "video", "video/quicktime", "mov")
THREE_GP = Format("3GP", "video", "video/3gpp", "mov")
WEBM = Format("WebM", "video", "video/webm", "matroska")
M4A = Format("M4A", "audio", "audio/mp4", "mov")
AAC = Format("AAC", "audio", "audio/aac", "aac")
MP3 = Format("MP3", "audio", "audio/mpeg", "mp3")
OGG = Format("Ogg", "audio", "audio/ogg", "ogg")
AMR = Format("AMR", "audio", "audio/amr", "amr")
WAV = Format("WAV", "audio", "audio/wav", "wav")

FORMATS = (JPEG, PNG, WEBP, GIF, HEIC, MP4, MOV, THREE_GP, WEBM, M4A, AAC, MP3, OGG, AMR, WAV)
BY_NAME = {each.name: each for each in FORMATS}

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_MP4_BRANDS = (b"isom", b"iso", b"mp4", b"avc", b"M4V", b"dash", b"mmp4", b"MSNV", b"f4v", b"hvc", b"hev", b"XAVC")
_FIRST_ATOMS = frozenset({b"moov", b"mdat", b"wide"})
"""With what QuickTime files without a brand begin."""


_MAGIC = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"#!AMR\n", AMR),
    (b"#!AMR-WB\n", AMR),
)
_BRANDS = (
    ((b"qt  ",), MOV),
    (tuple(_HEIC_BRANDS), HEIC),
    ((b"3gp", b"3g2"), THREE_GP),
    ((b"M4A", b"M4B"), M4A),
    (_MP4_BRANDS, MP4),
)


def sniff(head: bytes) -> Format | None:
    """The format of a file that begins with ``head`` (:data:`HEAD` bytes of it), or None for what is not accepted."""
    for magic, form in _MAGIC:
        if head.startswith(magic):
            return form
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _by_brands(head)
    if head[4:8] in _FIRST_ATOMS and int.from_bytes(head[:4], "big") >= 8:
        return MOV
    return _stream(head)


def _by_brands(head: bytes) -> Format | None:
    """ISO base media: the major brand decides, then the compatible ones."""
    size = int.from_bytes(head[:4], "big")
    if not 16 <= size <= HEAD or size % 4:
        return None
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, min(size, len(head)), 4))]
    return next((form for brand in brands for starts, form in _BRANDS if brand.startswith(starts)), None)


def _stream(head: bytes) -> Format | None:
    if head.startswith(b"\x1aE\xdf\xa3"):
        return WEBM if b"\x42\x82\x84webm" in head[:128] else None
    if head.startswith(b"OggS"):
        return OGG if head[28:36] == b"OpusHead" or head[28:35] == b"\x01vorbis" else None
    if head.startswith(b"ID3") and len(head) > 10 and head[3] in {2, 3, 4}:
        return MP3
    if len(head) >= 4 and head[0] == 0xFF:
        return _framed(head)
    return None


def _framed(head: bytes) -> Format | None:
    """MPEG audio without a header of its own: a frame whose fields all have values that exist."""
    if head[1] & 0xF6 == 0xF0:  # ADTS: layer 00
        return AAC if head[2] >> 2 & 0x0F < 13 else None
    if head[1] & 0xE0 != 0xE0:
        return None
    version, layer, bitrate, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    return MP3 if version != 1 and layer == 1 and bitrate not in {0, 15} and rate != 3 else None
