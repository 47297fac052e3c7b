"""Imports the models of every room, so that the metadata is whole before the first session or migration."""

from .accounts import limits
from .accounts import models as accounts
from .archives import models as archives
from .articles import models as articles
from .audit import models as audit
from .audit import triggers as audit_triggers
from .followups import models as followups
from .imports import models as imports
from .inspections import models as inspections
from .kernel import choice_store, idempotency, merged, numbering, outbox, steps, workflow_store
from .kernel.db import Base
from .lists import models as lists
from .media import models as media
from .messages import models as messages
from .parts import models as parts
from .places import models as places
from .quarantine import models as quarantine
from .quotations import models as quotations
from .repairs import follower_models
from .repairs import models as repairs
from .sites import cell_models as site_cells
from .sites import cell_triggers as site_cell_triggers
from .sites import models as sites
from .sites.labels import models as labels
from .sites.lifetimes import models as lifetimes
from .tasks import models as tasks

__all__ = [
    "Base",
    "accounts",
    "archives",
    "articles",
    "audit",
    "audit_triggers",
    "choice_store",
    "follower_models",
    "followups",
    "idempotency",
    "imports",
    "inspections",
    "labels",
    "lifetimes",
    "limits",
    "lists",
    "media",
    "merged",
    "messages",
    "numbering",
    "outbox",
    "parts",
    "places",
    "quarantine",
    "quotations",
    "repairs",
    "site_cell_triggers",
    "site_cells",
    "sites",
    "steps",
    "tasks",
    "workflow_store",
]
