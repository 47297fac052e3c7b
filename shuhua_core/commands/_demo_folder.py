"""The folder of the demo: settings, secret, database, pictures and logs."""

from __future__ import annotations

import json
import secrets
import shutil
from datetime import datetime
from pathlib import Path

_INI = """# Written by `shuhua demo` at each start.

[app:main]
use = egg:shuhua
shuhua.database_url = sqlite:///%(here)s/demo.sqlite
shuhua.media_path = %(here)s/media
shuhua.secret = {secret}
shuhua.origin = http://{name}:{port}
shuhua.demo = true
shuhua.check_kinds = school

[server:main]
use = egg:waitress#main
host = {host}
port = {port}
threads = 8
recv_bytes = 262144
"""


class DemoFolder:
    """Where the demo keeps what it needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ini = folder / "demo.ini"
        self.database = folder / "demo.sqlite"
        self.logs = folder / "logs"
        self.note = folder / "loaded.json"

    def clear(self) -> None:
        """Remove the demo's data, and nothing that somebody else put there."""
        for path in (self.folder / "media", self.logs):
            shutil.rmtree(path, ignore_errors=True)
        for path in self.folder.glob("demo.*"):
            path.unlink()
        for name in ("loaded.json", "refused.csv", "secret"):
            (self.folder / name).unlink(missing_ok=True)

    def prepare(self, host: str, port: int) -> Path:
        """Make the folder and write the ini file for this address; gives its path."""
        self.logs.mkdir(parents=True, exist_ok=True)
        name = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - compared, not bound
        self.ini.touch(mode=0o600)
        self.ini.write_text(_INI.format(secret=self._secret(), host=host, name=name, port=port), encoding="utf-8")
        return self.ini

    def loaded_at(self) -> datetime | None:
        """When the data was loaded."""
        try:
            return datetime.fromisoformat(json.loads(self.note.read_text(encoding="utf-8"))["loaded_at"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _secret(self) -> str:
        path = self.folder / "secret"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(32), encoding="ascii")
        return path.read_text(encoding="ascii").strip()
