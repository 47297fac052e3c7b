"""docs/workflow.md shows the tables that are in force."""

from __future__ import annotations

from pathlib import Path

import pytest

import shuhua_core
from shuhua_core.kernel.workflow import from_toml
from shuhua_core.workflow_docs import section

ROOT = Path(shuhua_core.__file__).parent
DOCS = ROOT.parent / "docs" / "workflow.md"


@pytest.mark.parametrize(
    ("name", "title"), [("tasks", "The task state machine"), ("repairs", "The repair request state machine")]
)
def test_the_document_shows_the_table_in_force(name, title):
    expected = section(from_toml(ROOT / name / "workflow.toml"), title)
    assert expected in DOCS.read_text(encoding="utf-8"), f"write this section into {DOCS}:\n{expected}"
