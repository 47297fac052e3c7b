"""Imports the models of every room, so that the metadata is whole before the first session or migration."""

from .accounts import models as accounts
from .audit import models as audit
from .kernel import idempotency, numbering, outbox, steps, workflow_store
from .kernel.db import Base

__all__ = ["Base", "accounts", "audit", "idempotency", "numbering", "outbox", "steps", "workflow_store"]
