"""The phone's queue against a model of phone, line and server; the long run is `make queue`."""

from __future__ import annotations

import os
import random

import pytest

from tests.web.mobile.node import run

SEQUENCES = int(os.environ.get("SHUHUA_QUEUE_SEQUENCES", "300"))
SEED = int(os.environ.get("SHUHUA_QUEUE_SEED", "0")) or random.randrange(1, 10**6)


def test_what_was_done_arrives_exactly_once_in_its_order_whatever_breaks():
    done = run("queue_model.ts", SEQUENCES, SEED, timeout=3600)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"{SEQUENCES} sequences"


@pytest.mark.parametrize("bug", ["fresh_key", "lose_refused", "done_unheard", "unstored_file", "managed_twice"])
def test_a_planted_bug_turns_the_model_red(bug):
    done = run("queue_model.ts", 300, 1, bug)
    assert done.returncode == 1
    assert "AssertionError" in done.stderr
