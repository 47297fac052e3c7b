"""A notification channel that appends notices to a file, one line of JSON each."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from shuhua_core.plugins import Label, Notice, NotificationChannel, Receipt, TemporaryFailure, hookimpl


class FileChannel:
    """Appends to one file. Accepts every notice: whoever reads the file decides."""

    name = "file"
    label = Label(zh="写入文件", en="File")

    def __init__(self, path: Path) -> None:
        self._path = path

    def accepts(self, notice: Notice) -> bool:
        """Always."""
        return True

    def send(self, notice: Notice) -> Receipt:
        """One line at the end of the file, on the disk before the receipt is given."""
        line = json.dumps(asdict(notice), ensure_ascii=True, default=str) + "\n"
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, line.encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise TemporaryFailure(f"the file cannot be written: {error.strerror}", retry_after=60) from error
        return Receipt("queued", notice.message_id)


@hookimpl
def shuhua_register_notification_channels(settings: Mapping[str, str]) -> Sequence[NotificationChannel]:
    """One channel, if ``plugin.file.path`` says where to."""
    path = Path(settings.get("path", ""))
    if not path.is_absolute():
        raise ValueError("plugin.file.path must be the absolute path of the file to append to")
    return [FileChannel(path)]
