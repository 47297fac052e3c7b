"""A room of tests: views that create, change, act, fail and show, as those of the real rooms do."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import insert, select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import ProductModel
from shuhua_core.kernel import errors
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import Boolean, Choice, InputSchema, Integer, Text, deserialize, field, given
from shuhua_web.api import Out, PageOf, Parameter, Reply, Serializer, Variant, api_view, list_parameters, record_id
from shuhua_web.security import PUBLIC

ROOMS = ("shuhua_web.office", "tests.web.sample")
"""What the tests of the plumbing need: pages to be sent to, and this room."""


class SampleCreate(InputSchema):
    number = field(Text(30), _("Number"), required=True)
    name = field(Text(30), _("Name"))
    fail = field(Text(30), _("Fail"))


class SamplePatch(InputSchema):
    name = field(Text(30), _("Name"))


class SampleReject(InputSchema):
    reason = field(Text(30), _("Reason"), required=True)


SAMPLE = Serializer(
    "Sample",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("name", "string"),
        Out("version", "integer"),
        Out("status_token", "string", lambda _sample: None, nullable=True),
    ],
)


@api_view(
    route_name="api.samples.list",
    method="GET",
    permission=Permission.MODELS_VIEW,
    tag="samples",
    summary="List samples",
    parameters=list_parameters(
        {"number": "by number"},
        Parameter("size", Integer(1, 10), "Size."),
        Parameter("kind", Choice({"a": ("甲", "A")}), "Kind.", many=True),
        Parameter("urgent", Boolean()),
    ),
    answer=PageOf(SAMPLE),
)
def list_samples(request: Request) -> dict[str, Any]:
    samples = request.ctx.session.scalars(select(ProductModel).limit(request.arguments["limit"])).all()
    return {"items": SAMPLE.many(samples), "next": None}


@api_view(
    route_name="api.samples.list",
    method="POST",
    permission=PUBLIC,
    tag="samples",
    summary="Create a sample",
    body=SampleCreate,
    answer=SAMPLE,
    status=201,
    idempotent=True,
    errors=(errors.TooMany, errors.VersionStale),
    secrets={"status_token": "samples.status"},
)
def create_sample(request: Request, body: dict[str, Any]) -> Reply:
    values = deserialize(SampleCreate, body)
    ctx = request.ctx
    sample = ProductModel(
        number=values["number"], name=values["name"] or "-", type="air_walker", created_at=ctx.now, updated_at=ctx.now
    )
    ctx.session.add(sample)
    ctx.session.flush()
    ctx.publish(Event("samples.created", "sample", sample.id, sample.number))
    fail(values["fail"])
    given_token = request.key_token("samples.status") if ctx.actor.kind == "public" else None
    return Reply(SAMPLE.one(sample, status_token=given_token), location=f"/api/v1/samples/{sample.id}")


def fail(code: str | None) -> None:
    """Raise the error of the catalogue with this code, or something unexpected."""
    if code == "bug":
        raise ZeroDivisionError("SELECT secret FROM /etc/passwd")
    for kind in errors.CATALOGUE:
        if kind.code == code:
            raise kind({"number": _("This is not valid.")}) if kind is errors.Invalid else kind(state="open", retry_after=7)


@api_view(
    route_name="api.samples.view", method="GET", permission=Permission.MODELS_VIEW, tag="samples", summary="Read", answer=SAMPLE
)
def view_sample(request: Request) -> dict[str, Any]:
    return SAMPLE.one(_sample(request))


def _sample(request: Request) -> ProductModel:
    found = request.ctx.session.get(ProductModel, record_id(request))
    if found is None:
        raise errors.NotFound
    return found


@api_view(
    route_name="api.samples.view",
    method="PATCH",
    permission=Permission.MODELS_EDIT,
    tag="samples",
    summary="Change",
    body=SamplePatch,
    answer=SAMPLE,
    versioned="required",
)
def change_sample(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    sample = _sample(request)
    if sample.version != request.seen_version:
        raise errors.VersionStale(version=sample.version)
    sample.name = given(SamplePatch, body)["name"]
    sample.version += 1
    return SAMPLE.one(sample)


@api_view(
    route_name="api.samples.act",
    method="POST",
    permission=Permission.MODELS_EDIT,
    tag="samples",
    summary="Act on a sample",
    variants=lambda _request: {"approve": Variant(None, "Approve"), "reject": Variant(SampleReject, "Reject")},
    answer=SAMPLE,
    idempotent=True,
    versioned="optional",
)
def act_on_sample(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    sample = _sample(request)
    schemas = {"approve": InputSchema, "reject": SampleReject}
    action = request.matchdict["action"]
    if action not in schemas:
        raise errors.NotFound
    deserialize(schemas[action], body)
    return SAMPLE.one(sample)


@view_config(route_name="samples.page", request_method="GET", permission=PUBLIC)
def sample_page(request: Request) -> Response:
    return Response(f"<p>{request.csp_nonce}</p>" if "nonce" in request.GET else "<p>page</p>")


@view_config(route_name="samples.page", request_method="POST", permission=PUBLIC)
def send_page(request: Request) -> Response:
    """Writes without the ORM, and answers with the status that was asked for."""
    status = int(request.POST.get("status", 200))
    row = {"number": "PAGE", "name": "Page", "type": "air_walker", "created_at": request.ctx.now, "updated_at": request.ctx.now}
    request.dbsession.execute(insert(ProductModel.__table__).values(row))
    return Response("done", status=status)


@view_config(route_name="samples.form", request_method="GET", permission=PUBLIC)
def sample_form(request: Request) -> Response:
    """Gives the token that a form would carry."""
    return Response(request.session.get_csrf_token())


@view_config(route_name="samples.staff", request_method="GET", permission=Permission.MODELS_EDIT)
def staff_page(_request: Request) -> Response:
    return Response("<p>staff</p>")


@view_config(route_name="samples.staff", request_method="POST", permission=Permission.MODELS_EDIT)
def send_staff_page(_request: Request) -> Response:
    return Response("<p>done</p>")


def includeme(config: Configurator) -> None:
    config.add_api_route("api.samples.list", "/samples")
    config.add_api_route("api.samples.view", "/samples/{id}")
    config.add_api_route("api.samples.act", "/samples/{id}/actions/{action}")
    config.add_route("samples.page", "/sample-page")
    config.add_route("samples.form", "/sample-form")
    config.add_route("samples.staff", "/sample-staff")
    config.add_feed_kind("sample", ProductModel, Permission.MODELS_VIEW)
    config.scan("tests.web.sample")
