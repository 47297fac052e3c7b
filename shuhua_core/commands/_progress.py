"""Progress of long commands: a bar on a terminal, a line at the end elsewhere."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterable

import click
from tqdm import tqdm


def follow(name: str, steps: Iterable[int], total: int) -> int:
    """Run ``steps``, each of which tells how much was done, and show it; gives the sum."""
    began = time.monotonic()
    done = 0
    _spare_collections()
    terminal = sys.stderr.isatty()
    if not terminal:
        click.echo(f"{name} ...", err=True)
    with tqdm(total=total, desc=name, unit="", disable=not terminal, leave=True) as bar:
        for count in steps:
            done += count
            bar.update(count)
    if not terminal:
        click.echo(f"{name}: {done} in {time.monotonic() - began:.1f} s", err=True)
    return done


def _spare_collections() -> None:
    """Let the garbage collector leave alone what stays anyhow, and come less often: it took a fifth of a load's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
