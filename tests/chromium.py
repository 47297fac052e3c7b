"""Which Chromium the browser tests drive."""

import os
import shutil
from pathlib import Path

VARIABLE = "SHUHUA_TEST_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find() -> Path | None:
    """The browser that ``SHUHUA_TEST_CHROMIUM`` names, else one on the path, else playwright's own, else None."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given)
    on_path = next((path for path in map(shutil.which, NAMES) if path), None)
    if on_path:
        return Path(on_path)
    downloaded = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    found = sorted(downloaded.glob("chromium-*/chrome-linux*/chrome"))
    return found[-1] if found else None
