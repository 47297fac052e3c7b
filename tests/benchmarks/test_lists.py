"""The benchmark of the lists runs, and its views find what they are named after."""

import sys

from tests.benchmarks import lists


def test_it_fills_measures_and_prints(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["lists", "--rows", "60"])
    monkeypatch.setattr(lists, "ROUNDS", 1)
    lists.main()
    said = capsys.readouterr().out
    assert "60 rows of each kind in " in said
    for name, each in lists.LISTS.items():
        for view in each.views:
            assert any(line.startswith(name) and view.name in line for line in said.splitlines())
