"""Opens a deployment: the one place that knows all rooms of the core."""

from __future__ import annotations

from . import models  # noqa: F401 - every table is known before the first session
from .kernel.choices import Source, bind
from .kernel.clock import Clock, SystemClock
from .kernel.db import Database
from .kernel.deployment import Deployment
from .kernel.numbering import Numbering
from .kernel.settings import Settings
from .kernel.workflow_store import Workflows
from .reactions import REACTIONS
from .sites.labels.sizes import label_sizes


def open_deployment(settings: Settings, clock: Clock | None = None) -> Deployment:
    """The deployment that ``settings`` describe. Opens no connection yet; the database must have been migrated before use."""
    label_sizes(settings.label_sizes)
    database = Database(settings.database_url, busy_timeout=settings.busy_seconds)
    numbers = Numbering(database, settings.timezone, settings.number_rule)
    deployment = Deployment(settings, database, clock or SystemClock(), numbers, Workflows(), REACTIONS)
    database.info["deployment"] = deployment
    bind(Source(database, database.read))
    return deployment
