"""The examples of docs/api.md name what exists, and their declarations are taken."""

import re
import sys
from types import ModuleType

import pytest

from shuhua_core.kernel.schema import InputSchema
from tests.architecture.source import ROOT

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def example(monkeypatch):
    module = ModuleType("example_of_the_docs")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


def test_the_examples_run(example):
    assert len(EXAMPLES) >= 5
    for code in EXAMPLES:
        exec(compile(code, "docs/api.md", "exec"), example.__dict__)
    assert issubclass(example.Create, InputSchema)
    assert example.TASK_ITEM.json_schema()["required"] == ["id", "number", "due_at"]
    for name in ("view_task", "create_task", "act", "tasks_of_request"):
        assert example.__dict__[name].__venusian_callbacks__
