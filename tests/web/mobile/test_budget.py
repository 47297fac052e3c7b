"""The pictures that a phone keeps, over many made-up phones."""

from __future__ import annotations

from tests.web.mobile.node import run


def test_pictures_stay_within_their_budgets_the_most_wanted_first():
    done = run("budget_model.ts", 2000, 7)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "2000 phones"
