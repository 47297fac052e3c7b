"""What an import did, and what it refused and why."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from shuhua_core.kernel.i18n import Translate


@dataclass(frozen=True, slots=True)
class Refused:
    """What of a row was not taken over, and why; ``reason`` is a text to translate."""

    row: str
    field: str
    reason: str


@dataclass
class ImportReport:
    """Counts of rows, and every refusal."""

    read: int = 0
    added: int = 0
    changed: int = 0
    known: int = 0
    """There already, and left as they are."""
    refused: list[Refused] = field(default_factory=list)

    def refuse(self, row: str, name: str, reason: str) -> None:
        """Note a refusal."""
        self.refused.append(Refused(row, name, reason))

    def by_reason(self) -> list[tuple[str, str, int]]:
        """(field, reason, count), the most frequent first."""
        counts = Counter((each.field, each.reason) for each in self.refused)
        return [(name, reason, count) for (name, reason), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]

    def lines(self, translate: Translate) -> Iterable[str]:
        """The report as lines of text."""
        yield f"read {self.read}, added {self.added}, changed {self.changed}, already there {self.known}"
        found = self.by_reason()
        if found:
            yield "not taken over:"
        for name, reason, count in found:
            yield f"  {count:6d}  {name:14s} {translate(reason)}"

    def write(self, path: Path, translate: Translate) -> None:
        """The refused rows as a table (CSV that spreadsheets open with its Chinese intact)."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.writer(file)
            writer.writerow(("row", "field", "reason"))
            writer.writerows((each.row, each.field, translate(each.reason)) for each in self.refused)
