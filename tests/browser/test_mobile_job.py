"""What a repairer enters at the end: parts by their codes, the customer's words and signature; and when there is no room."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import FileChooser, Page, expect

from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.steps import steps_of
from shuhua_core.media.models import MediaFile
from shuhua_core.media.store import MediaStore
from shuhua_core.parts.models import ReturnedPart
from shuhua_core.tasks.models import Task
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import PASSWORD
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone
from tests.browser.axe import faults
from tests.browser.test_mobile_inspector import qr_picture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]


@pytest.fixture
def task(deployment, world) -> int:
    """A task on which the repairer works."""
    with deployment.database.write() as session:
        world.session = session
        flow = Flow(deployment.context(session, SYSTEM), world)
        made = flow.to_assigned(flow.approve(flow.report(symptom="摆腿松动")))
        for action in ("take", "depart", "arrive", "start"):
            flow.task("repairer", made, action)
        return made.id


def test_parts_by_their_codes_the_customers_words_and_the_signature_reach_the_server(pocket, deployment, task, tmp_path):
    plate = tmp_path / "plate.png"
    qr_picture("PJ-2026/0042").save(plate)
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    page.goto(f"/m/#/act/task/{task}/complete")
    page.fill("[name=cause]", "轴承磨损")
    page.fill("[name=remedy]", "更换轴承")
    parts = page.locator('[data-field="parts"]')
    for name in ("轴承", "螺栓"):
        parts.get_by_role("button", name="添加一行").click()
        parts.locator("[name=name]").last.fill(name)
    parts.get_by_role("button", name="扫码填写旧件编号").first.click()
    page.fill("#typed-code", "PJ-2019/0007")
    page.get_by_role("button", name="填入").click()
    parts.get_by_role("button", name="扫码填写新件编号").first.click()
    page.locator(".file-button input").set_input_files(plate)
    expect(parts.locator("[name=new_number]").first).to_have_value("PJ-2026/0042", timeout=20_000)
    page.fill("[name=opinion]", "修得很好")
    sign(page)
    assert faults(page) == []
    assert phone.narrow_targets(page) == []
    phone.send(page)
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="done"]')).to_have_count(1, timeout=30_000)
    with deployment.database.read() as session:
        done = session.get_one(Task, task)
        assert done.state == "completed"
        parts = session.query(ReturnedPart).filter_by(task_id=task).order_by(ReturnedPart.id)
        assert [(part.name, part.old_number, part.new_number) for part in parts] == [
            ("轴承", "PJ-2019/0007", "PJ-2026/0042"),
            ("螺栓", None, None),
        ]
        said = steps_of(session, "task", task)[-1].input
        assert said["opinion"] == "修得很好"
        media = session.get_one(MediaFile, said["signature_media_id"])
        assert (media.record_kind, media.record_id) == ("task", task)
        drawn = MediaStore(deployment.settings).path(media.key, "original").read_bytes()
    dark = Image.open(io.BytesIO(drawn)).convert("L").point(lambda value: 255 if value < 100 else 0)
    assert dark.getbbox() is not None
    assert dark.getbbox()[2] - dark.getbbox()[0] > dark.width / 2  # a line across


def sign(page: Page) -> None:
    """The customer signs."""
    page.get_by_role("button", name="点此签名").click()
    pad = page.locator(".signature-sheet canvas")
    expect(pad).to_be_visible()
    page.wait_for_timeout(400)  # the sheet comes up from below
    phone.draw(page, pad)
    page.locator(".signature-sheet").get_by_role("button", name="完成").click()
    expect(page.locator('[data-field="signature_media_id"] [data-file] img')).to_be_visible()


def test_too_little_storage_is_told_before_anything_is_taken_and_nothing_is_lost(pocket, address, task, tmp_path):
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    page.goto(f"/m/#/act/task/{task}/feedback")
    page.fill("[name=text]", "到场查看")
    phone.take_photo(page, "media_ids", phone.photo(tmp_path / "first.jpg"))
    before = phone.kept_bytes(page)

    quota = pocket.new_cdp_session(page)
    quota.send("Storage.overrideQuotaForOrigin", {"origin": address, "quotaSize": 10_000_000})
    choosers: list[FileChooser] = []

    def offered(chooser: FileChooser) -> None:
        choosers.append(chooser)

    page.on("filechooser", offered)
    for button in page.locator('[data-field="media_ids"] .capture-button').all():
        button.click()
        expect(page.locator(".toast")).to_contain_text("存储空间")
        expect(page.locator(".page-head")).to_contain_text("存储空间")
    assert choosers == []
    assert phone.kept_bytes(page) == before

    quota.send("Storage.overrideQuotaForOrigin", {"origin": address})
    phone.take_photo(page, "media_ids", phone.photo(tmp_path / "second.jpg"), count=2)
    phone.send(page)
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="done"]')).to_have_count(1, timeout=30_000)
