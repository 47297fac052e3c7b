"""Forms of the office, made from the input schemas of the core.

A view that creates or acts::

    form = form_for(NewRepair, request, submit=_("Create"), sources={"site_id": Source(href=request.route_path("sites.options"))})

    def save(data):
        repair = request.service(RepairService).create(data)
        return request.route_path("repairs.view", id=repair.id)

    return form.answer(save, done=_("The request was created.")) or form.page(title=_("New repair request"))

``answer`` gives the redirect when the form was sent and saved, and None when it is to be shown: at first, or again with
its errors and everything that was typed. A form that is sent twice is carried out once.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import colander
import peppercorn
from deform import Form
from deform.template import ZPTRendererFactory
from markupsafe import Markup
from pyramid.csrf import get_csrf_token
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from shuhua_core.kernel import idempotency
from shuhua_core.kernel.errors import (
    Conflict,
    Invalid,
    KeyReused,
    Malformed,
    ServiceError,
    SignInFailed,
    TooLarge,
    TooMany,
    UnsupportedMedia,
    VersionStale,
    WrongState,
)
from shuhua_core.kernel.i18n import translator
from shuhua_core.kernel.schema import InputSchema, instance, parse

from .i18n import _
from .layout import flash
from .overtaken import Difference, Edited, chosen, differences
from .widgets import FormWidget, Options, PasswordWidget, Source, widget_for

__all__ = ["OfficeForm", "Source", "Upload", "form_for", "options_fragment"]

TEMPLATES = Path(__file__).parent / "templates"
PANELS = frozenset({"dialog-body", "beside-body"})
"""Ids of the parts of the frame that forms are loaded into."""
SHOWN_AGAIN: Mapping[type[ServiceError], int] = {
    Invalid: 422,
    TooLarge: 422,
    UnsupportedMedia: 422,
    SignInFailed: 422,
    WrongState: 409,
    Conflict: 409,
    VersionStale: 409,
    KeyReused: 409,
    TooMany: 429,
}
"""Refusals that the form itself shows, with the status of the page; all others are the error views' business."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A field for files, which stand beside the schema's values: ``form.files[name]`` gives them to ``save``."""

    name: str
    title: Any
    multiple: bool = True
    accept: str = "image/jpeg,image/png,image/webp"
    help: Any = None


class OfficeForm:
    """One form of one request."""

    def __init__(
        self,
        schema: type[InputSchema],
        request: Request,
        *,
        action: str | None = None,
        submit: Any = None,
        tone: str = "primary",
        cancel: str | None = None,
        initial: Mapping[str, Any] | None = None,
        sources: Mapping[str, Source] | None = None,
        widgets: Mapping[str, Any] | None = None,
        omit: Sequence[str] = (),
        uploads: Sequence[Upload] = (),
        version: int | None = None,
        edited: Edited | None = None,
    ) -> None:
        self.schema = schema
        self.request, self.uploads, self.omit = request, tuple(uploads), frozenset(omit)
        self.action = action if action is not None else request.path_qs
        self.submit = submit if submit is not None else _("Save")
        self.tone, self.cancel = tone, cancel
        self.version = version
        """The record's version that the person has seen; after sending, the one that their form carried."""
        self.edited = edited
        self.overtaken: list[Difference] = []
        """What somebody else changed meanwhile: the form asks of each field whose value is to stay."""
        self.key = str(uuid.uuid4())
        self.files: dict[str, list[Any]] = {}
        self.message: Any = None
        self.refusal: ServiceError | None = None
        """Why what was sent was not carried out."""
        self.errors: dict[str, Any] = {}
        self.multipart = bool(uploads)
        self._form = Form(
            _without(schema, self.omit),
            formid=f"form-{schema.__name__.lower()}",
            renderer=renderer(request.locale_name),
            office=self,
        )
        self._attach(self._form, sources or {}, widgets or {})
        self._form.widget = FormWidget()
        self._form.cstruct = _with_defaults(self._form.schema, initial or {})

    def _attach(self, field: Any, sources: Mapping[str, Source], widgets: Mapping[str, Any], prefix: str = "") -> None:
        settings = self.request.deployment.settings
        for child in field.children:
            path = prefix + child.name
            child.oid = f"{field.oid}-{child.name}"
            child.widget = widgets.get(path) or widget_for(
                child.schema,
                locale=self.request.locale_name,
                zone=settings.timezone,
                yes=_("Yes"),
                no=_("No"),
                source=sources.get(path),
            )
            self._attach(child, sources, widgets, f"{path}.")

    @property
    def target(self) -> str | None:
        """Selector of the dialog or panel that the form is shown in, where it stays while it has errors; None on a page."""
        target = self.request.headers.get("HX-Target")
        return f"#{target}" if self.request.headers.get("HX-Request") == "true" and target in PANELS else None

    # Reading ------------------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """What was sent, as the plain JSON values that the schema and its service take; null for what was left or made empty.

        The form keeps it for showing it again.
        """
        post = self.request.POST
        self.key = _key(post.get("idempotency_key"))
        seen = post.get("version")
        self.version = int(seen) if isinstance(seen, str) and re.fullmatch(r"[0-9]{1,9}", seen) else None
        self.files = {each.name: [file for file in post.getall(each.name) if hasattr(file, "filename")] for each in self.uploads}
        names = {each.name for each in self.uploads}
        try:
            pstruct = peppercorn.parse([(name, value) for name, value in post.items() if name not in names])
        except (ValueError, TypeError, RecursionError, StopIteration) as error:
            raise Malformed(_("The form could not be read. Reload the page and send it again.")) from error
        values: dict[str, Any] = self._form.widget.deserialize(self._form, pstruct)
        if self.edited is not None:
            values = chosen(self, self.edited, values)
        self._form.cstruct = {name: colander.null if value is None else value for name, value in values.items()}
        return values

    def answer(
        self,
        save: Callable[[dict[str, Any]], str],
        *,
        done: Any = None,
        once: bool = True,
        before: Callable[[dict[str, Any]], None] | None = None,
    ) -> Response | None:
        """Carry a sent form out once and redirect to the address that ``save(data)`` gives; None when it is to be shown.

        ``save`` runs in a savepoint: what it had written when it refused is undone. ``done`` is the notice on the next page.
        ``before(data)`` runs before the writing session opens: what takes long, as hashing, must not hold up other writers.
        With ``once=False`` nothing is kept of the form and no session is opened here, for services that open their own.
        """
        if self.request.method != "POST":
            return None
        data = self.read()
        try:
            self._check(data, before)
            location, replayed = self._once(data, save) if once else (save(data), False)
        except tuple(SHOWN_AGAIN) as error:
            self.refuse(error)
            return None
        if done is not None and not replayed:
            flash(self.request, done)
        if self.request.headers.get("HX-Request") == "true":
            return Response(status=204, headers={"HX-Redirect": location})
        return HTTPSeeOther(location)

    def _check(self, data: dict[str, Any], before: Callable[[dict[str, Any]], None] | None) -> None:
        """All that can be said without the database, together."""
        errors: dict[str, Any] = {}
        try:
            parse(self.schema, data)
        except Invalid as error:
            errors |= {path: message for path, message in error.errors.items() if path.partition(".")[0] not in self.omit}
        if before is not None:
            try:
                before(data)
            except Invalid as error:
                errors = error.errors | errors
        if errors:
            raise Invalid(errors)

    def _once(self, data: dict[str, Any], save: Callable[[dict[str, Any]], str]) -> tuple[str, bool]:
        session, actor = self.request.dbsession, self.request.actor
        space = f"user:{actor.user_id}" if actor.user_id else f"form:{get_csrf_token(self.request)}"[:80]
        sent = idempotency.fingerprint("POST", self.request.path, self._fingerprint(data))
        stored = idempotency.claim(session, space, self.key, sent)
        if stored is not None:
            return str(stored.location), True
        with session.begin_nested():
            location = save(data)
        answer = idempotency.Answer(303, {}, location)
        idempotency.store(session, space, self.key, sent, answer, self.request.deployment.clock.now())
        return location, False

    def _fingerprint(self, data: dict[str, Any]) -> bytes:
        # A fast hash of a password, stored, could be guessed against.
        secret = {child.name for child in self._form.children if isinstance(child.widget, PasswordWidget)}
        told = {name: value for name, value in data.items() if name not in secret}
        parts = [json.dumps([told, self.version], sort_keys=True).encode()]
        for files in self.files.values():
            for each in files:
                parts.append(hashlib.file_digest(each.file, "sha256").digest())
                each.file.seek(0)
        return b"\0".join(parts)

    # Showing ------------------------------------------------------------------------------------------------------------

    def refuse(self, error: ServiceError) -> None:
        """Show ``error`` at its fields and above the form, and give the page its status."""
        self.refusal = error
        self.request.response.status_int = next(status for kind, status in SHOWN_AGAIN.items() if isinstance(error, kind))
        if isinstance(error, TooMany):
            self.request.response.headers["Retry-After"] = str(error.details.get("retry_after", 60))
        if isinstance(error, KeyReused):
            self.key = str(uuid.uuid4())
            self.message = _(
                "This form was sent before, with other values. Press the button again if you want to send it once more."
            )
            return
        self.message = error.message
        if isinstance(error, VersionStale) and self.edited is not None:
            self._show_overtaken(self.edited, error.details["version"])
        if isinstance(error, Invalid):
            self.show_errors(error.errors)

    def _show_overtaken(self, edited: Edited, version: int) -> None:
        """From here on the form is about the present version, beside which the person has seen what they typed."""
        self.overtaken, self.version = differences(self, edited, self.version), version
        self.key = str(uuid.uuid4())
        self.message = _("Somebody else changed this record meanwhile, but nothing that your values replace. Save again.")
        if self.overtaken:
            self.message = _("Somebody else changed this record meanwhile. Choose for each field which value stays, then save.")

    def show_errors(self, errors: Mapping[str, Any]) -> None:
        """Put messages at the fields that their dotted paths name; what names no field stands above the form."""
        for path, message in errors.items():
            field = self._find(path)
            rows = getattr(getattr(field, "widget", None), "errors", None)
            if isinstance(rows, dict):
                rows[path.partition(".")[2]] = message
            if field is None:
                self.errors[path] = message
            elif field.error is None:
                field.error = colander.Invalid(field.schema, message)

    def _find(self, path: str) -> Any:
        field = self._form
        for name in path.split("."):
            if name not in field:
                return field if field is not self._form else None
            field = field[name]
        return field

    @property
    def fields(self) -> Sequence[Any]:
        """Its fields, in order."""
        return self._form.children

    def widget_of(self, name: str) -> Any:
        """The widget of a field."""
        return self._form[name].widget

    def given(self, name: str) -> Any:
        """The plain value that stands in a field, None where it is empty."""
        value = self._form.cstruct.get(name, colander.null)
        return None if value is colander.null else value

    def typed(self, name: str) -> str:
        """What stands in a field, for pages that draw their controls themselves."""
        value = self.given(name)
        return "" if value is None else str(self._form[name].widget.shown(value))

    def error_of(self, name: str) -> Any:
        """What is wrong with a field, or with what it names; None when nothing is."""
        found = self._find(name)
        if found is None or found.error is None:
            return self.errors.get(name)
        return found.error.msg

    def render(self) -> Markup:
        """The form as HTML."""
        return Markup(self._form.render(csrf_token=get_csrf_token(self.request), tr=self.request.tr))  # noqa: S704 - escaped by its template

    def page(self, title: Any, **values: Any) -> dict[str, Any]:
        """What the template ``form.pt`` takes."""
        return {"title": title, "form": self, **values}


def form_for(schema: type[InputSchema], request: Request, **options: Any) -> OfficeForm:
    """A form for ``schema``.

    Options:

    ``submit`` and ``tone``, the button's label and colour; ``cancel``, an address to go back to; ``initial``, plain JSON values
    to begin with; ``sources``, a :class:`Source` for each field that names a record; ``widgets``, by dotted path, where the
    type's own does not fit; ``omit``, fields that the view fills in itself; ``uploads``; ``version``, of the record that is
    changed; ``edited``, that record, so that who comes second is shown what the first changed; ``action``, the address that
    it is sent to, else this page's.
    """
    return OfficeForm(schema, request, **options)


def options_fragment(request: Request, options: Options) -> Response:
    """The answer of a view that a search field asks: ``<option>`` elements for the (id, label) pairs found."""
    lines = [Markup('<option value="{}">{}</option>').format(value, request.tr(label)) for value, label in options]
    if not lines:
        lines = [Markup('<option value="" disabled>{}</option>').format(request.tr(_("Nothing found")))]
    return Response(str(Markup("").join(lines)))


@cache
def renderer(locale: str) -> ZPTRendererFactory:
    """Renders the templates below ``templates/`` in one language."""
    return ZPTRendererFactory((str(TEMPLATES),), auto_reload=False, translator=translator(locale))


def _without(schema: type[InputSchema], omit: frozenset[str]) -> Any:
    whole = instance(schema)  # type: ignore[arg-type]
    if not omit:
        return whole
    part = whole.clone()
    part.children = [child for child in part.children if child.name not in omit]
    return part


def _with_defaults(node: Any, initial: Mapping[str, Any]) -> dict[str, Any]:
    """Initial values by name; a field without one begins with the schema's default."""
    values: dict[str, Any] = {}
    for child in node.children:
        given = initial.get(child.name)
        if child.children:
            values[child.name] = _with_defaults(child, given or {})
        elif given is not None:
            values[child.name] = given
        else:
            default = child.missing
            plain = default is not colander.required and default is not colander.drop and default is not None
            values[child.name] = child.serialize(default) if plain else colander.null
    return values


def _key(sent: Any) -> str:
    try:
        return str(uuid.UUID(sent))
    except (ValueError, TypeError, AttributeError):
        return str(uuid.uuid4())
