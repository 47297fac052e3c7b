"""An inspector's round without a network, and the three ways to a label's code."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, expect
from reportlab.graphics.barcode.qr import QrCodeWidget

from shuhua_core.inspections.models import Inspection
from shuhua_core.media.models import MediaFile
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Equipment
from shuhua_core.testing.world import PASSWORD
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]

PLACE = {"longitude": 118.5751, "latitude": 24.8071}


def qr_picture(text: str, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A printed code in front of a grey wall."""
    widget = QrCodeWidget(text, barLevel="Q")
    widget.draw()
    modules = widget.qr.modules
    cell = 8
    picture = Image.new("RGB", size, (150, 155, 150))
    edge = (len(modules) + 8) * cell
    left, top = (size[0] - edge) // 2, (size[1] - edge) // 2
    draw = ImageDraw.Draw(picture)
    draw.rectangle((left, top, left + edge, top + edge), fill="white")
    for row, cells in enumerate(modules):
        for column, dark in enumerate(cells):
            if dark:
                x, y = left + (column + 4) * cell, top + (row + 4) * cell
                draw.rectangle((x, y, x + cell - 1, y + cell - 1), fill="black")
    return picture


@pytest.fixture
def code(world) -> str:
    """The code on the label of a piece."""
    return world.pieces["one_1"].code


def test_the_camera_a_photo_and_typing_lead_to_the_piece(engine, browser, address, code, tmp_path):
    film, photo = tmp_path / "wall.mjpeg", tmp_path / "label.png"
    picture = qr_picture(f"https://service.example.com/q/{code}")
    picture.save(photo)
    frame = tmp_path / "frame.jpg"
    picture.save(frame, quality=92)
    film.write_bytes(frame.read_bytes() * 10)
    camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    filming = engine(*camera)
    page = phone.sign_in(phone.context(filming, address, permissions=["camera"]), "inspector", PASSWORD)
    page.goto("/m/#/scan")
    page.wait_for_url(f"**/m/#/piece/code/{code}", timeout=30_000)
    expect(page.locator(".piece-state")).to_have_text("正常使用")
    filming.close()
    _without_a_camera(browser, address, code, photo)


def _without_a_camera(browser: Browser, address: str, code: str, photo: Path) -> None:
    pocket = phone.context(browser, address)
    page = phone.sign_in(pocket, "inspector", PASSWORD)
    page.goto("/m/#/scan")
    expect(page.get_by_text("无法使用摄像头").first).to_be_visible()
    page.locator(".file-button input").set_input_files(photo)
    page.wait_for_url(f"**/m/#/piece/code/{code}", timeout=30_000)
    page.goto("/m/#/scan")
    page.fill("#typed-code", code.lower())
    page.get_by_role("button", name="打开").click()
    page.wait_for_url(f"**/m/#/piece/code/{code}")
    pocket.close()


@pytest.fixture
def pocket(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A phone at the site."""
    context = phone.context(browser, address, geolocation=PLACE, permissions=["geolocation"])
    yield context
    context.close()


def test_a_round_without_a_network_makes_one_inspection_a_request_and_stops_the_piece(pocket, deployment, world, plan, tmp_path):
    piece = world.pieces["one_1"].id
    page = phone.sign_in(pocket, "inspector", PASSWORD)
    phone.await_worker(page)
    page.get_by_role("button", name="巡查").click()
    expect(page.locator(f'[data-plan="{plan}"]')).to_be_visible()
    pocket.set_offline(True)
    page.locator(f'[data-plan="{plan}"]').click()
    first = page.locator(f'[data-piece="{piece}"] .question').first
    first.locator(".answer-abnormal").click()
    first.locator(".finding > .input").fill("立柱松动，踏板有裂纹")
    first.locator("label.danger").click()
    with page.expect_file_chooser() as chooser:
        first.locator(".capture-button").first.click()
    picture = phone.photo(tmp_path / "crack.jpg")
    chooser.value.set_files(picture)
    expect(first.locator("[data-file]")).to_have_count(1)
    for button in page.get_by_role("button", name="其余全部正常").all():
        button.click()
    phone.send(page)
    page.close()

    page = pocket.new_page()
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="waiting"]')).to_have_count(1)
    pocket.set_offline(False)
    expect(page.locator('[data-state="done"]')).to_have_count(1, timeout=30_000)
    with deployment.database.read() as session:
        (made,) = session.query(Inspection)
        assert (made.site_id, made.plan_id, made.abnormal, made.stopped) == (world.sites["one"].id, plan, 1, 1)
        (repair,) = session.query(RepairRequest)
        assert repair.equipment_id == piece
        assert session.get_one(Equipment, piece).state == "out_of_use"
        (media,) = session.query(MediaFile).filter_by(record_kind="inspection", record_id=made.id)
        assert media.sha256 == hashlib.sha256(picture.read_bytes()).hexdigest()
