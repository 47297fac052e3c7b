"""Registering and changing installation points."""

from __future__ import annotations

from typing import Any

from shuhua_core.accounts.models import UNIT_KINDS, Organisation
from shuhua_core.accounts.organisations import BRANCH_KINDS, branch_of, organisation_at
from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives import records
from shuhua_core.archives.models import Customer, Project
from shuhua_core.kernel.actor import ScopeKind
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid, NotAllowed
from shuhua_core.kernel.hot_records import made
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.recall import recalled
from shuhua_core.kernel.schema import deserialize
from shuhua_core.kernel.scope import covers, get_visible
from shuhua_core.media.service import MediaService
from shuhua_core.places.positions import map_values, morton_of, position_values
from shuhua_core.places.queries import require_division
from shuhua_core.sites.derived import COPIED, copy_scope
from shuhua_core.sites.events import SiteEvent
from shuhua_core.sites.models import Site
from shuhua_core.sites.schema import SiteCreate, SitePatch

SITE_PERSONAL = frozenset({"contact_name", "phone", "note"})
RESPONSIBLE_KINDS = (*BRANCH_KINDS, *UNIT_KINDS)


class SiteService:
    """What one actor does with installation points."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def get(self, site_id: int) -> Site:
        """One site. Raises NotFound."""
        return get_visible(self._ctx.session, Site, self._ctx.actor, Permission.SITES_VIEW, site_id)

    def create(self, data: Any) -> Site:
        """Register a site (:class:`SiteCreate`). Raises NotAllowed, Invalid."""
        ctx = self._ctx
        records.refuse_without(ctx, Permission.SITES_EDIT)
        values = deserialize(SiteCreate, data)
        media_ids, position, unit_id = values.pop("media_ids"), values.pop("position"), values.pop("organisation_id")
        values["division_code"] = values["division_code"] or self._own_division()
        self._check(values)
        home = records.home_path(ctx, values["division_code"], by_division=True)
        unit = self._responsible(unit_id, home)
        values["number"] = values["number"] or ctx.deployment.numbers.take(ctx.session, "AZ", ctx.now)
        about = {"organisation_id": unit.id, "organisation_path": unit.path, "state": "empty", "state_at": ctx.now}
        about |= {"version": 1, "created_at": ctx.now, "updated_at": ctx.now}
        site: Site = made(Site, {**values, **map_values(position), **about})
        self._check_host_unit(site)
        records.require_scope(ctx, site, Permission.SITES_EDIT)
        ctx.session.add(site)
        records.flush(ctx)
        records.publish(ctx, SiteEvent.CREATED, "site", site, records.initial(site), personal=SITE_PERSONAL)
        MediaService(ctx).attach(media_ids or [], "site", site.id)
        return site

    def _own_division(self) -> str | None:
        """The division of an actor who may add sites in that one alone."""
        grants = list(self._ctx.actor.reach(Permission.SITES_EDIT))
        own = {grant.value for grant in grants if grant.scope is ScopeKind.DIVISION and grant.value}
        return own.pop() if len(own) == 1 and len(grants) == 1 else None

    def edit(self, site_id: int, data: Any, *, expected_version: int | None = None) -> Site:
        """Change the fields that ``data`` names (:class:`SitePatch`); its pieces follow it into its new scope.

        Pictures are added to those that hang there. Raises NotFound, NotAllowed, VersionStale, Invalid.
        """
        ctx = self._ctx
        site = records.editable(
            ctx, Site, site_id, view=Permission.SITES_VIEW, edit=Permission.SITES_EDIT, expected_version=expected_version
        )
        values = records.patch_values(SitePatch, data, site)
        media_ids = values.pop("media_ids", None)
        self._check(values, site)
        changes = records.changed(site, self._columns(values, site))
        if changes:
            # Before anything is read: a flush would bring the map's sums a key without a position.
            site.morton = morton_of(site.longitude, site.latitude)
            self._check_host_unit(site)
            records.require_scope(ctx, site, Permission.SITES_EDIT)
            records.touch(ctx, site)
            records.flush(ctx)
            if any(name in changes for name in COPIED):
                copy_scope(ctx, site)
            records.publish(ctx, SiteEvent.EDITED, "site", site, changes, personal=SITE_PERSONAL)
        MediaService(ctx).attach(media_ids or [], "site", site.id)
        return site

    def reveal_phone(self, site_id: int) -> str | None:
        """The whole phone number of the site's contact; that it was shown is recorded. Raises NotFound, NotAllowed."""
        ctx = self._ctx
        site = self.get(site_id)
        if not covers(site, ctx.actor, Permission.PHONES_REVEAL):
            raise NotAllowed
        records.publish(ctx, SiteEvent.PHONE_REVEALED, "site", site, {})
        return site.phone

    def _columns(self, values: dict[str, Any], site: Site) -> dict[str, Any]:
        """The patch as columns of the table."""
        columns = {name: value for name, value in values.items() if name not in {"number", "position", "organisation_id"}}
        if values.get("number"):
            columns["number"] = values["number"]
        if "position" in values:
            columns |= position_values(values["position"])
        if "organisation_id" in values:
            home = records.home_path(self._ctx, values.get("division_code", site.division_code), by_division=True)
            unit = self._responsible(values["organisation_id"], home)
            columns |= {"organisation_id": unit.id, "organisation_path": unit.path}
        return columns

    def _check(self, values: dict[str, Any], site: Site | None = None) -> None:
        """Refuse a number that is taken and references that the actor may not see; what a site has already may stay."""
        ctx = self._ctx
        besides = site.id if site else None
        records.require_unique(ctx, Site, "number", values.get("number"), permission=Permission.SITES_VIEW, besides=besides)
        for name, model, permission in (
            ("project_id", Project, Permission.PROJECTS_VIEW),
            ("customer_id", Customer, Permission.CUSTOMERS_VIEW),
        ):
            if site is None or values.get(name) != getattr(site, name):
                records.settle_reference(ctx, model, values, name, permission=permission)
        if site is None or values.get("division_code") != site.division_code:
            require_division(ctx.session, values.get("division_code"))

    def _responsible(self, unit_id: int | None, home: str) -> Organisation:
        """The unit named, else the branch at ``home``. Whether it lies in the actor's area is asked of the whole site."""
        session = self._ctx.session
        if unit_id is None:
            return recalled(session, ("organisation_at", home), lambda: organisation_at(session, home))
        unit = session.get(Organisation, unit_id)
        if unit is None or not unit.active or unit.kind not in RESPONSIBLE_KINDS:
            raise Invalid({"organisation_id": _("Choose an active agent, department or branch.")})
        return unit

    def _check_host_unit(self, site: Site) -> None:
        """A host unit is one of the branch that looks after the site."""
        if site.host_unit_id is None or site.organisation_path is None:
            return
        unit = self._ctx.session.get(Organisation, site.host_unit_id)
        branch = branch_of(self._ctx.session, site.organisation_path)
        if unit is None or not unit.active or unit.kind != "host_unit" or not unit.path.startswith(branch.path):
            raise Invalid({"host_unit_id": _("Choose an active host unit of this branch.")})
