"""``shuhua worker``: deliveries, log chain and periodic jobs, until it is told to stop."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from shuhua_core import revision
from shuhua_core.audit.running import LOGGER, keep_running_log
from shuhua_core.plugins.manager import build_plugin_manager
from shuhua_core.worker import Worker, stopped_by_signals

from ._deployment import deployment_of, log_to_stderr, settings_option


@click.command("worker")
@settings_option
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
def command(ini: Path | None, once: bool) -> None:
    """Deliver events, lay the chain of the log, and do what is due. SIGTERM ends it cleanly; several may run."""
    log_to_stderr()
    log = logging.getLogger(LOGGER)
    with deployment_of(ini) as deployment:
        revision.require_current(deployment.database)
        kept = keep_running_log(deployment)
        with Worker(deployment, build_plugin_manager(deployment.settings)) as worker, stopped_by_signals(worker):
            log.info("the worker begins")
            if once:
                worker.run_until_idle()
            else:
                worker.run()
            log.info("the worker ends")
            kept.close()
            logging.getLogger().removeHandler(kept)
