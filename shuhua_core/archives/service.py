"""Adding and changing customers, projects and product models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives import records
from shuhua_core.archives.events import ArchiveEvent
from shuhua_core.archives.models import Customer, ProductModel, Project
from shuhua_core.archives.phones import tail
from shuhua_core.archives.schema import CustomerCreate, CustomerPatch, ModelCreate, ModelPatch, ProjectCreate, ProjectPatch
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid, NotAllowed
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import deserialize
from shuhua_core.kernel.scope import covers, get_visible
from shuhua_core.places.queries import require_division

CUSTOMER_PERSONAL = frozenset({"contact_name", "phone", "email", "fax", "note"})


class CustomerService:
    """What one actor does with customers."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def get(self, customer_id: int) -> Customer:
        """One customer. Raises NotFound."""
        return get_visible(self._ctx.session, Customer, self._ctx.actor, Permission.CUSTOMERS_VIEW, customer_id)

    def create(self, data: Any) -> Customer:
        """Add a customer (:class:`CustomerCreate`). Raises NotAllowed, Invalid."""
        ctx = self._ctx
        records.refuse_without(ctx, Permission.CUSTOMERS_EDIT)
        values = deserialize(CustomerCreate, data)
        self._check(values)
        values["number"] = values["number"] or ctx.deployment.numbers.take(ctx.session, "KH", ctx.now)
        customer = Customer(
            **values,
            phone_tail=_tail(values["phone"]),
            organisation_path=records.home_path(ctx, values["division_code"]),
            version=1,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        records.require_scope(ctx, customer, Permission.CUSTOMERS_EDIT)
        ctx.session.add(customer)
        records.flush(ctx)
        changes = records.initial(customer)
        records.publish(ctx, ArchiveEvent.CUSTOMER_CREATED, "customer", customer, changes, personal=CUSTOMER_PERSONAL)
        return customer

    def edit(self, customer_id: int, data: Any, *, expected_version: int | None = None) -> Customer:
        """Change the fields that ``data`` names (:class:`CustomerPatch`). Raises NotFound, NotAllowed, VersionStale, Invalid."""
        ctx = self._ctx
        customer = records.editable(
            ctx,
            Customer,
            customer_id,
            view=Permission.CUSTOMERS_VIEW,
            edit=Permission.CUSTOMERS_EDIT,
            expected_version=expected_version,
        )
        values = _with_number(records.patch_values(CustomerPatch, data, customer))
        self._check(values, besides=customer.id)
        if "phone" in values:
            values["phone_tail"] = _tail(values["phone"])
        _settle(
            ctx,
            ArchiveEvent.CUSTOMER_EDITED,
            "customer",
            customer,
            values=values,
            permission=Permission.CUSTOMERS_EDIT,
            personal=CUSTOMER_PERSONAL,
        )
        return customer

    def reveal_phone(self, customer_id: int) -> str | None:
        """The whole phone number; that it was shown is recorded. Raises NotFound, NotAllowed."""
        ctx = self._ctx
        customer = self.get(customer_id)
        if not covers(customer, ctx.actor, Permission.PHONES_REVEAL):
            raise NotAllowed
        records.publish(ctx, ArchiveEvent.CUSTOMER_PHONE_REVEALED, "customer", customer, {})
        return customer.phone

    def _check(self, values: Mapping[str, Any], besides: int | None = None) -> None:
        ctx = self._ctx
        require_division(ctx.session, values.get("division_code"))
        records.require_unique(
            ctx, Customer, "number", values.get("number"), permission=Permission.CUSTOMERS_VIEW, besides=besides
        )


class ProjectService:
    """What one actor does with projects."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def get(self, project_id: int) -> Project:
        """One project. Raises NotFound."""
        return get_visible(self._ctx.session, Project, self._ctx.actor, Permission.PROJECTS_VIEW, project_id)

    def create(self, data: Any) -> Project:
        """Add a project (:class:`ProjectCreate`). Raises NotAllowed, Invalid."""
        ctx = self._ctx
        records.refuse_without(ctx, Permission.PROJECTS_EDIT)
        values = deserialize(ProjectCreate, data)
        self._check(values, None)
        values["number"] = values["number"] or ctx.deployment.numbers.take(ctx.session, "GC", ctx.now)
        path = records.home_path(ctx, values["division_code"])
        project = Project(**values, organisation_path=path, version=1, created_at=ctx.now, updated_at=ctx.now)
        records.require_scope(ctx, project, Permission.PROJECTS_EDIT)
        ctx.session.add(project)
        records.flush(ctx)
        records.publish(ctx, ArchiveEvent.PROJECT_CREATED, "project", project, records.initial(project))
        return project

    def edit(self, project_id: int, data: Any, *, expected_version: int | None = None) -> Project:
        """Change the fields that ``data`` names (:class:`ProjectPatch`). Raises NotFound, NotAllowed, VersionStale, Invalid."""
        ctx = self._ctx
        project = records.editable(
            ctx,
            Project,
            project_id,
            view=Permission.PROJECTS_VIEW,
            edit=Permission.PROJECTS_EDIT,
            expected_version=expected_version,
        )
        values = _with_number(records.patch_values(ProjectPatch, data, project))
        self._check(values, project)
        _settle(ctx, ArchiveEvent.PROJECT_EDITED, "project", project, values=values, permission=Permission.PROJECTS_EDIT)
        return project

    def _check(self, values: dict[str, Any], project: Project | None) -> None:
        ctx = self._ctx
        require_division(ctx.session, values.get("division_code"))
        besides = project.id if project else None
        records.require_unique(ctx, Project, "number", values.get("number"), permission=Permission.PROJECTS_VIEW, besides=besides)
        if project is None or values.get("customer_id") != project.customer_id:
            records.settle_reference(ctx, Customer, values, "customer_id", permission=Permission.CUSTOMERS_VIEW)
        started = values.get("started_on", project.started_on if project else None)
        accepted = values.get("accepted_on", project.accepted_on if project else None)
        if started and accepted and accepted < started:
            raise Invalid({"accepted_on": _("A project is accepted after it was started.")})


class ModelService:
    """What one actor does with product models."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def get(self, model_id: int) -> ProductModel:
        """One model. Raises NotFound."""
        return get_visible(self._ctx.session, ProductModel, self._ctx.actor, Permission.MODELS_VIEW, model_id)

    def create(self, data: Any) -> ProductModel:
        """Add a model (:class:`ModelCreate`). Raises NotAllowed, Invalid."""
        ctx = self._ctx
        records.refuse_without(ctx, Permission.MODELS_EDIT)
        values = deserialize(ModelCreate, data)
        records.require_unique(ctx, ProductModel, "number", values["number"], permission=Permission.MODELS_VIEW)
        values["number"] = values["number"] or ctx.deployment.numbers.take(ctx.session, "XH", ctx.now)
        model = ProductModel(**values, version=1, created_at=ctx.now, updated_at=ctx.now)
        records.require_scope(ctx, model, Permission.MODELS_EDIT)
        ctx.session.add(model)
        records.flush(ctx)
        records.publish(ctx, ArchiveEvent.MODEL_CREATED, "model", model, records.initial(model))
        return model

    def edit(self, model_id: int, data: Any, *, expected_version: int | None = None) -> ProductModel:
        """Change the fields that ``data`` names (:class:`ModelPatch`). Raises NotFound, NotAllowed, VersionStale, Invalid."""
        ctx = self._ctx
        model = records.editable(
            ctx,
            ProductModel,
            model_id,
            view=Permission.MODELS_VIEW,
            edit=Permission.MODELS_EDIT,
            expected_version=expected_version,
        )
        values = _with_number(records.patch_values(ModelPatch, data, model))
        records.require_unique(
            ctx, ProductModel, "number", values.get("number"), permission=Permission.MODELS_VIEW, besides=model.id
        )
        _settle(ctx, ArchiveEvent.MODEL_EDITED, "model", model, values=values, permission=Permission.MODELS_EDIT)
        return model


def _tail(phone: str | None) -> str | None:
    return tail(phone) if phone else None


def _with_number(values: dict[str, Any]) -> dict[str, Any]:
    """A record keeps its number when a form sends none."""
    return {name: value for name, value in values.items() if name != "number" or value is not None}


def _settle(
    ctx: Context,
    event: str,
    kind: str,
    record: Any,
    *,
    values: Mapping[str, Any],
    permission: str,
    personal: frozenset[str] = frozenset(),
) -> None:
    """Write the changed values of ``record``, unless nothing changed."""
    changes = records.changed(record, values)
    if not changes:
        return
    records.require_scope(ctx, record, permission)
    records.touch(ctx, record)
    records.flush(ctx)
    records.publish(ctx, event, kind, record, changes, personal=personal)
