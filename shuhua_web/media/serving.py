"""Files as answers: whole or in the ranges that players ask for, with headers that let nothing in them act."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pyramid.request import Request
from pyramid.response import Response

from shuhua_core.kernel.errors import NotFound

from ..errors import WebError
from ..i18n import _

_CHUNK = 64 * 1024


def file_answer(request: Request, path: Path, content_type: str, *, name: str, attachment: bool = False) -> Response:
    """The file, or the range of it that was asked for (206). Raises NotFound, and 416 for a range beyond its end."""
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise NotFound from error
    size = path.stat().st_size
    start, end = 0, size
    response = Response(content_type=content_type, charset=None)
    if request.range is not None:
        found = request.range.range_for_length(size)
        if found is None:
            file.close()
            raise WebError(416, "range", _("The file ends before that range."), Content_Range=f"bytes */{size}")
        start, end = found
        response.status_int = 206
        response.content_range = (start, end, size)
    response.app_iter = FilePart(file, start, end - start)
    response.content_length = end - start
    response.accept_ranges = "bytes"
    response.headers["Content-Disposition"] = f'{"attachment" if attachment else "inline"}; filename="{name}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store" if attachment else "private, max-age=3600"
    return response


class FilePart:
    """``length`` bytes of a file from ``start`` on, as the body of an answer, which closes the file."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._file, self._length = file, length
        file.seek(start)

    def __iter__(self) -> Iterator[bytes]:
        left = self._length
        while left > 0 and (chunk := self._file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        """Called by the server when the answer is over, also when it was cut."""
        self._file.close()
