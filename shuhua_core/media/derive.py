"""What the readers of photos and films share."""

from __future__ import annotations

DISPLAY_EDGE = 2000
THUMBNAIL_EDGE = 320


class Refused(Exception):
    """The file is not accepted; ``code`` is one of :data:`shuhua_core.media.refusals.REASONS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
