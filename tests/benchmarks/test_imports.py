"""The benchmark of the import runs both ways and imports what it says."""

import sys

from tests.benchmarks import imports


def test_it_measures_both_ways(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["imports", "--rows", "60", "--bad", "1"])
    imports.main()
    said = capsys.readouterr().out
    assert "59 added, 1 refused" in said
    assert "bare library: " in said
    for step in ("read", "trial", "import"):
        assert any(line.startswith(step) for line in said.splitlines())
