"""Files as phones make them, with all that phones put into them, drawn here so that nothing has to be kept."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import av
from PIL import Image

LATITUDE, LONGITUDE = (39.0, 54.0, 26.37), (116.0, 23.0, 29.22)
PLACE = "+39.9073+116.3915/"
SECRETS = (b"39.9073", b"116.3915", b"SERIAL-0001", b"Exif", b"http://ns.adobe.com", b"\xa9xyz", b"location", b"PhoneMaker")
"""What no derivative may hold."""


def half_red(size: tuple[int, int] = (400, 200)) -> Image.Image:
    """Red above, blue below: shows which side is up."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0], size[1] // 2))
    return picture


def photo(form: str = "JPEG", orientation: int = 1, size: tuple[int, int] = (400, 200)) -> bytes:
    """A picture that, turned as its EXIF says, is red above; with a position, a maker and a serial number."""
    undone = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}[orientation]
    picture = half_red(size) if undone is None else half_red(size).transpose(undone)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = orientation, "PhoneMaker", "Model"
    exif.get_ifd(0x8769)[0xA431] = "SERIAL-0001"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", LATITUDE, "E", LONGITUDE
    out = io.BytesIO()
    more: dict[str, Any] = {"exif": exif}
    if form in {"JPEG", "WEBP"}:
        more["xmp"] = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">http://ns.adobe.com {PLACE}</x:xmpmeta>'.encode()
    picture.save(out, form, **({} if form == "GIF" else more))
    return out.getvalue()


def film(path: Path, container: str = "mp4", video: str | None = "mpeg4", sound: str | None = "aac") -> bytes:
    """A second of red over blue with a tone, with a place, a title and an encoder written into it."""
    with av.open(str(path), "w", format=container) as made:
        made.metadata.update({"location": PLACE, "title": "SERIAL-0001", "make": "PhoneMaker", "comment": PLACE})
        pictures = made.add_stream(video, rate=10) if video else None
        tone = made.add_stream(sound, rate=48_000) if sound else None
        if pictures is not None:
            pictures.width, pictures.height, pictures.pix_fmt = 160, 80, "yuv420p"
            for _each in range(10):
                made.mux(pictures.encode(av.VideoFrame.from_image(half_red((160, 80)))))
            made.mux(pictures.encode(None))
        if tone is not None:
            for index in range(20):
                made.mux(tone.encode(_silence(tone, index)))
            made.mux(tone.encode(None))
    return path.read_bytes()


def _silence(stream: Any, index: int) -> av.AudioFrame:
    form = stream.format.name
    frame = av.AudioFrame(format=form, layout=stream.layout.name, samples=1024)
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    frame.sample_rate, frame.pts = 48_000, index * 1024
    return frame


def amr(seconds: int = 1) -> bytes:
    """A voice memo: frames of 20 ms at 12.2 kbit/s, silent."""
    return b"#!AMR\n" + (b"\x3c" + bytes(31)) * 50 * seconds


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a few kilobytes that says it is huge, and is."""
    import zlib

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compressobj(9)
    line = bytes(1 + width // 8)
    data = b"".join(rows.compress(line) for _each in range(height)) + rows.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def gif_with_script() -> bytes:
    """A GIF that is a script as well, for who believes its name."""
    return b"GIF89a/*" + bytes(4) + b"*/=1;alert(document.domain)//"


def photo_with_page() -> bytes:
    """A JPEG with a page in its comment and another behind its end."""
    whole = photo()
    page = b"<html><script>alert(1)</script></html>"
    return whole[:2] + b"\xff\xfe" + struct.pack(">H", len(page) + 2) + page + whole[2:] + page
