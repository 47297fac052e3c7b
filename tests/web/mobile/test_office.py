"""The way from the office to the phone app."""

from __future__ import annotations

import zxingcpp
from PIL import Image, ImageDraw


def picture_of(svg) -> Image.Image:
    """The modules of an inline SVG of segno, drawn by hand."""
    side = int(svg["width"])
    image = Image.new("L", (side, side), 255)
    draw = ImageDraw.Draw(image)
    scale = int(svg.select_one("g")["transform"].removeprefix("scale(").rstrip(")"))
    path = svg.select_one("path[stroke]")["d"]
    x = y = 0.0
    for part in path.replace("M", " M ").replace("m", " m ").replace("h", " h ").split(" m "):
        words = part.replace("M", "").split()
        move, lengths = (
            words[: words.index("h")] if "h" in words else words,
            words[words.index("h") + 1 :] if "h" in words else [],
        )
        x, y = (x + float(move[0]), y + float(move[1]))
        for length in lengths:
            top = (y - 0.5) * scale
            draw.rectangle((x * scale, top, (x + float(length)) * scale - 1, top + scale - 1), fill=0)
            x += float(length)
    return image


def test_the_code_of_the_page_leads_to_the_app(as_, deployment):
    page = as_("dispatcher").office.get("/phone-app", status=200)
    address = f"{deployment.settings.origin}/m/"
    assert page.html.select_one(f'a[href="{address}"]')
    [read] = zxingcpp.read_barcodes(picture_of(page.html.select_one(".second-factor-qr svg")))
    assert read.text == address


def test_the_user_menu_leads_there(as_):
    assert as_("repairer").office.get("/").html.select_one('.dropdown-menu a[href="/phone-app"]')


def test_strangers_are_sent_to_sign_in(as_, app):
    from tests.web.client import OfficeClient

    assert OfficeClient(app).get("/phone-app", status=303).location.endswith("/sign-in?next=%2Fphone-app")
