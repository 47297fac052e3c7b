"""What the worker does from time to time. Several workers may do it at once: a job does what is due, whoever comes first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from .accounts import attempts, limits, link_delivery, sessions
from .articles.service import ArticleService
from .audit import running
from .imports import service as imports
from .inspections.due import keep_due
from .kernel import idempotency
from .kernel.actor import SYSTEM
from .kernel.context import Context
from .kernel.deployment import Deployment
from .media import housekeeping
from .messages import addresses
from .privacy import reporters
from .quotations.service import QuotationService
from .repairs.service import RepairService
from .sites.cells import fold_waiting
from .sites.labels.scans import sweep_scans
from .sites.labels.service import adopt
from .sites.lifetime import keep_lifetimes
from .sites.lifetimes.run import reckon_waiting
from .tasks.service import TaskService


@dataclass(frozen=True, slots=True)
class Job:
    """A function of the deployment that the worker calls ``every`` so often."""

    name: str
    every: timedelta
    work: Callable[[Deployment], None]


def in_transaction(work: Callable[[Context], object]) -> Callable[[Deployment], None]:
    """A job that is one writing transaction by the system."""

    def run(deployment: Deployment) -> None:
        with deployment.database.write() as session:
            work(deployment.context(session, SYSTEM))

    return run


def _erase_due(deployment: Deployment) -> None:
    reporters.erase_due(deployment)


JOBS: tuple[Job, ...] = (
    Job("repairs.settle_due", timedelta(minutes=10), in_transaction(lambda ctx: RepairService(ctx).settle_due())),
    Job("tasks.close_due", timedelta(minutes=10), in_transaction(lambda ctx: TaskService(ctx).close_due())),
    Job("quotations.expire_due", timedelta(minutes=10), in_transaction(lambda ctx: QuotationService(ctx).expire_due())),
    Job("inspections.keep_due", timedelta(minutes=10), in_transaction(keep_due)),
    Job("sites.keep_lifetimes", timedelta(minutes=10), in_transaction(keep_lifetimes)),
    Job("lifetimes.reckon", timedelta(seconds=5), reckon_waiting),
    Job("sites.fold_cells", timedelta(minutes=1), fold_waiting),
    Job("idempotency.sweep", timedelta(hours=6), in_transaction(lambda ctx: idempotency.sweep(ctx.session, ctx.now))),
    Job("sign_in.sweep", timedelta(hours=1), in_transaction(lambda ctx: attempts.sweep(ctx.session, ctx.now))),
    Job("articles.release_due", timedelta(minutes=1), in_transaction(lambda ctx: ArticleService(ctx).release_due())),
    Job("labels.adopt", timedelta(hours=1), in_transaction(adopt)),
    Job("labels.sweep", timedelta(hours=24), in_transaction(sweep_scans)),
    Job("limits.sweep", timedelta(hours=1), in_transaction(lambda ctx: limits.sweep(ctx.session, ctx.now))),
    Job("privacy.erase_due", timedelta(hours=6), _erase_due),
    Job("running_log.sweep", timedelta(hours=24), in_transaction(running.sweep)),
    Job("links.sweep", timedelta(hours=24), link_delivery.sweep),
    Job("media.sweep_uploads", timedelta(minutes=10), housekeeping.sweep_uploads),
    Job("media.sweep_unattached", timedelta(hours=6), housekeeping.sweep_unattached),
    Job("media.sweep_orphans", timedelta(hours=24), housekeeping.sweep_orphans),
    Job("messages.sweep_addresses", timedelta(hours=1), in_transaction(addresses.sweep)),
    Job("imports.sweep", timedelta(hours=24), in_transaction(imports.sweep)),
    Job("sessions.sweep", timedelta(hours=6), in_transaction(lambda ctx: sessions.sweep(ctx.session, ctx.now))),
)
