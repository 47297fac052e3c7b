"""The logs: of changes, of security, of running; and whether the chain over the first holds. Read only."""

from pyramid.config import Configurator

from .listing import CHANGES, RUNNING, SECURITY


def includeme(config: Configurator) -> None:
    """Routes and views of this room."""
    config.add_route("audit.list", "/logs")
    config.add_route("audit.security", "/logs/security")
    config.add_route("audit.running", "/logs/running")
    config.add_route("audit.chain", "/logs/chain")
    config.add_route("audit.view", "/logs/{id:[0-9]{1,18}}")
    config.add_listing(CHANGES, "audit.list")
    config.add_listing(SECURITY, "audit.security")
    config.add_listing(RUNNING, "audit.running")
    config.scan("shuhua_web.audit")
