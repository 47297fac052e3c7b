"""A phone with the app: signing in, acting, photographing, and what its screens are judged by."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, expect


def context(browser: Browser, address: str, **more: Any) -> BrowserContext:
    """A browser of the size of a small phone."""
    opened = browser.new_context(
        viewport={"width": 360, "height": 640}, locale="zh-CN", base_url=address, has_touch=True, bypass_csp=False, **more
    )
    opened.set_default_timeout(15_000)
    return opened


def sign_in(opened: BrowserContext, login: str, password: str) -> Page:
    """The app, signed in, after its first synchronisation."""
    page = opened.new_page()
    page.goto("/m/")
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("button[type=submit]")
    expect(page.get_by_text("已同步")).to_be_visible(timeout=30_000)
    return page


_ALL_KEPT = """async () => {
  const told = JSON.parse(/self.shuhua = (.*);/.exec(await (await fetch("/m/sw.js")).text())[1]);
  const kept = await Promise.all([...told.shell, ...told.later].map((file) => caches.match(file)));
  return kept.every((found) => found !== undefined);
}"""


def await_worker(page: Page) -> None:
    """Until the service worker has the page, so that it opens without a network."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    while not page.evaluate(_ALL_KEPT):
        page.wait_for_timeout(100)


_COMPLETED = """async () => {
  const open = indexedDB.open("shuhua");
  await new Promise((done) => { open.onsuccess = done; });
  const one = open.result.transaction("settings").objectStore("settings").get("completed");
  await new Promise((done) => { one.onsuccess = done; });
  open.result.close();
  return one.result?.value ?? 0;
}"""


def await_complete(page: Page, since: float = 0) -> float:
    """Until the phone has all that its screens show without a network; gives when that was, to wait for the next time."""
    for _each in range(300):
        at = page.evaluate(_COMPLETED)
        if at > since:
            return at
        page.wait_for_timeout(100)
    raise AssertionError("the phone never has everything")


_PICTURES = """async () => {
  const open = indexedDB.open("shuhua");
  await new Promise((done) => { open.onsuccess = done; });
  const all = open.result.transaction("pictures").objectStore("pictures").getAllKeys();
  await new Promise((done) => { all.onsuccess = done; });
  open.result.close();
  return all.result;
}"""


def kept_pictures(page: Page) -> list[str]:
    """Addresses of the server's pictures that are on the phone."""
    return page.evaluate(_PICTURES)


_PAINTED = """(images) => images.map((each) => each.complete && each.naturalWidth)"""


def painted(images: Locator) -> list[int]:
    """Widths of pictures, as they really came."""
    return images.evaluate_all(_PAINTED)


def press(page: Page, action: str) -> None:
    """The large button of the record."""
    page.locator(f'.page-foot [data-action="{action}"]').click()


def send(page: Page) -> None:
    """Send the form, which leads back to the record."""
    address = page.url
    page.locator(".page-foot .van-button--primary, .page-foot .van-button--danger").click()
    page.wait_for_function("address => location.href !== address", arg=address)


def photo(path: Path) -> Path:
    """A picture like no other."""
    Image.effect_noise((320, 240), 80).convert("RGB").save(path, "JPEG")
    return path


def take_photo(page: Page, field: str, picture: Path, count: int = 1) -> None:
    """Take a photo for a field of a form, which then has ``count``."""
    part = page.locator(f'[data-field="{field}"]')
    with page.expect_file_chooser() as chooser:
        part.locator(".capture-button").first.click()
    chooser.value.set_files(picture)
    expect(part.locator("[data-file]")).to_have_count(count)


_KEPT = """async () => {
  const open = indexedDB.open("shuhua");
  await new Promise((done) => { open.onsuccess = done; });
  const all = open.result.transaction("files").objectStore("files").getAll();
  await new Promise((done) => { all.onsuccess = done; });
  return all.result.map((file) => file.bytes === null ? 0 : file.bytes.size);
}"""
_END = """async () => {
  const open = indexedDB.open("shuhua");
  await new Promise((done) => { open.onsuccess = done; });
  const one = open.result.transaction("settings").objectStore("settings").get("session");
  await new Promise((done) => { one.onsuccess = done; });
  const headers = { Authorization: `Bearer ${one.result.value.token}` };
  return (await fetch("/api/v1/session", { method: "DELETE", headers })).status;
}"""


def kept_bytes(page: Page) -> list[int]:
    """Sizes of the photos and recordings that are still on the phone."""
    return page.evaluate(_KEPT)


def end_session(page: Page) -> None:
    """End the session at the server, which the phone does not know."""
    assert page.evaluate(_END) == 204


_NARROW = """() => [...document.querySelectorAll("button, a[href], label.choice, select, input")]
  .filter((each) => each.checkVisibility() && !["file", "radio", "checkbox"].includes(each.type))
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
  .map(([each, box]) => `${each.outerHTML.slice(0, 120)} ${box.width}x${box.height}`)"""


def narrow_targets(page: Page) -> list[str]:
    """What a thumb would miss: less than 44 pixels in one direction."""
    return page.evaluate(_NARROW)


def say_yes(page: Page) -> None:
    """Answer the app's question with its large button."""
    page.locator(".van-dialog__confirm").click()


def kill(page: Page) -> None:
    """End the app as the phone does when it needs memory: without a word to it."""
    with page.expect_event("crash"), suppress(Error):  # going there never arrives
        page.goto("chrome://crash")
    page.close()


def draw(page: Page, pad: Locator) -> None:
    """A line across the pad with a finger."""
    box = pad.bounding_box()
    assert box is not None
    x, y = box["x"], box["y"] + box["height"] / 2
    finger = page.context.new_cdp_session(page)
    touched = [{"x": x + 20 + step * (box["width"] - 40) / 12, "y": y + (25 if step % 2 else -25)} for step in range(13)]
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [touched[0]]})
    for point in touched[1:]:
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
