"""Names of states in both languages, as the workflows have them: ``REPAIR["pending_review"]["en"]``."""

from __future__ import annotations

import tomllib
from pathlib import Path

_CORE = Path(__file__).parents[2] / "shuhua_core"


def _states(room: str) -> dict[str, dict[str, str]]:
    table = tomllib.loads((_CORE / room / "workflow.toml").read_text(encoding="utf-8"))
    return {state["name"]: {"zh_Hans": state["zh"], "en": state["en"]} for state in table["state"]}


REPAIR, TASK, QUOTATION = (_states(room) for room in ("repairs", "tasks", "quotations"))
