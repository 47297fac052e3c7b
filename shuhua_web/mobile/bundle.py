"""The built files of the phone app, as the build's manifest tells of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from ..layout import DIST, Assets

ENTRY = "mobile/main.ts"
WORKER = "mobile/sw/worker.ts"
RUNS = (".js", ".css", ".wasm")


class Bundle:
    """What the app starts from, and what it loads when it needs it."""

    def __init__(self, assets: Assets) -> None:
        self._entries = assets.entries()

    @property
    def built(self) -> bool:
        """Whether there is an app to serve."""
        return ENTRY in self._entries

    def shell(self) -> list[str]:
        """Scripts and styles without which the app does not start."""
        return _in_order(file for name in self._reached(ENTRY, "imports") for file in _files(self._entries[name]))

    def styles(self) -> list[str]:
        """The style sheets among these."""
        return [file for file in self.shell() if file.endswith(".css")]

    def later(self) -> list[str]:
        """What screens load when they are opened: what runs first, then the map's data, which is much more."""
        shell = set(self.shell())
        names = self._reached(ENTRY, "imports", "dynamicImports")
        files = (file for name in names for file in (*_files(self._entries[name]), *self._entries[name].get("assets", ())))
        found = _in_order(file for file in files if file not in shell)
        return sorted(found, key=lambda file: not file.endswith(RUNS))

    def version(self) -> str:
        """Another one as soon as any file is another."""
        files = [*self.shell(), *self.later(), str(self._entries.get(WORKER, {}).get("file"))]
        return hashlib.sha256("\n".join(files).encode()).hexdigest()[:16]

    def text(self, source: str) -> str:
        """The built text of a source, '' where it is not built."""
        entry = self._entries.get(source)
        return (DIST / entry["file"]).read_text(encoding="utf-8") if entry else ""

    def _reached(self, name: str, *ways: str) -> list[str]:
        found, ahead = [], [name]
        while ahead:
            each = ahead.pop(0)
            if each in found or each not in self._entries:
                continue
            found.append(each)
            ahead += [other for way in ways for other in self._entries[each].get(way, ())]
        return found


def _files(entry: dict[str, Any]) -> Iterator[str]:
    yield entry["file"]
    yield from entry.get("css", ())


def _in_order(files: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(files))
