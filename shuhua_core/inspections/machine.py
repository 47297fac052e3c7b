"""The first and only step of an inspection, written by the same engine as those of requests and tasks."""

from __future__ import annotations

from ..kernel.transition import Machine
from .words import INSPECTION_TABLE

MACHINE = Machine(kind="inspection", workflow=INSPECTION_TABLE.name)
