"""``/healthz``: the process answers. ``/readyz``: it can do its work. ``/metrics``: how it does."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shuhua_core.kernel import jsonio

from ..security import PUBLIC


@view_config(route_name="healthz", request_method="GET", permission=PUBLIC)
def healthz(_request: Request) -> Response:
    """The process lives; asks nothing of the database, so that a slow one gets no process killed."""
    return _answer({"status": "ok"}, 200)


@view_config(route_name="readyz", request_method="GET", permission=PUBLIC)
def readyz(request: Request) -> Response:
    """Whether requests should be sent here: the database answers and has our tables."""
    try:
        with request.deployment.database.read() as session:
            session.execute(text("SELECT token FROM roles_version WHERE id = 1")).one()
    except SQLAlchemyError:
        return _answer({"status": "unavailable", "database": "unavailable"}, 503)
    return _answer({"status": "ok", "database": "ok"}, 200)


@view_config(route_name="metrics", request_method="GET", permission=PUBLIC)
def metrics(request: Request) -> Response:
    """All metrics as Prometheus reads them."""
    body = generate_latest(request.registry.metrics.registry)
    return Response(body=body, headerlist=[("Content-Type", CONTENT_TYPE_LATEST)])


def _answer(body: dict[str, str], status: int) -> Response:
    response = Response(body=jsonio.dump(body), status=status, content_type="application/json", charset=None)
    if status == 503:
        response.retry_after = 5
    return response
