"""Photos drawn anew: turned right, on white, without anything that their file carried along.

Runs in the child process only, see ``child``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from .derive import DISPLAY_EDGE, THUMBNAIL_EDGE, Refused

MOST_PIXELS = {"JPEG": 120_000_000, "HEIF": 50_000_000}
"""Phones make JPEGs of 108 megapixels, which are decoded at a fraction of their size; others are decoded whole."""
MOST_PIXELS_ELSE = 30_000_000


def draw(source: Path, reader: str, target: Path) -> dict[str, Any]:
    """Write ``display`` and ``thumbnail`` of a photo below ``target``; gives the size that is displayed. Raises Refused."""
    if reader == "HEIF":
        _register_heif()
    Image.MAX_IMAGE_PIXELS = None  # we look at the size ourselves, before anything is decoded
    try:
        with Image.open(source, formats=[reader]) as picture:
            if picture.width * picture.height > MOST_PIXELS.get(reader, MOST_PIXELS_ELSE):
                raise Refused("too_large")
            picture.draft("RGB", (DISPLAY_EDGE, DISPLAY_EDGE))
            small = _reduced(picture)
            upright = ImageOps.exif_transpose(small)
    except UnidentifiedImageError as error:
        raise Refused("damaged") from error
    return write(upright, target)


def write(picture: Image.Image, target: Path) -> dict[str, Any]:
    """Write the displayed picture and its thumbnail; gives width and height."""
    flat = _on_white(picture)
    flat.thumbnail((DISPLAY_EDGE, DISPLAY_EDGE))
    flat.save(target / "display", "JPEG", quality=85)
    width, height = flat.size
    flat.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
    flat.save(target / "thumbnail", "JPEG", quality=80)
    return {"width": width, "height": height}


def _reduced(picture: Image.Image) -> Image.Image:
    """Not much larger than it is displayed, before any other copy is made: a whole copy of a large one costs memory."""
    picture.load()
    if picture.mode not in {"RGB", "RGBA", "L", "LA"}:
        return picture
    factor = max(1, max(picture.size) // (2 * DISPLAY_EDGE))
    reduced = picture.reduce(factor) if factor > 1 else picture
    reduced.info.update(picture.info)  # the orientation stands there
    return reduced


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in {"RGBA", "LA", "PA", "P"} or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        return ground
    flat = picture.convert("RGB") if picture.mode != "RGB" else picture.copy()
    flat.info.clear()
    return flat


def _register_heif() -> None:
    try:
        import pi_heif  # noqa: PLC0415 - only where a HEIC comes in, and not every server has it
    except ImportError as error:
        raise Refused("no_reader") from error
    pi_heif.register_heif_opener(thumbnails=False)
