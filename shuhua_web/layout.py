"""The frame of every page: menu, title, notices, language, assets.

A page template begins with ``<metal:page use-macro="layout.page">``, fills the slot ``content`` (docs/office.md shows one),
and gets ``layout`` (a :class:`Layout`) and ``formats`` besides what its view returns. A view returns at least ``title``.
Requests of htmx get the content without the frame.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pyramid.config import Configurator
from pyramid.events import BeforeRender
from pyramid.interfaces import IRoutesMapper
from pyramid.renderers import get_renderer
from pyramid.request import Request
from sqlalchemy.exc import SQLAlchemyError

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import ServiceError
from shuhua_core.kernel.i18n import LOCALES

from . import formats
from .i18n import _

log = logging.getLogger(__name__)

DIST = Path(__file__).parent / "static" / "dist"
STATIC_PREFIX = "static/dist"
ENTRY = "office/main.ts"
ICONS = "generated/icons.svg"
TONES = {
    "warning": "waiting",
    "info": "working",
    "primary": "working",
    "success": "done",
    "danger": "stopped",
    "secondary": "ended",
}
"""Tone of a workflow state -> class of its badge (``state-…``)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu: shown when its route exists and the actor holds one of ``permissions`` (none: everybody)."""

    route: str
    title: Any
    icon: str
    permissions: tuple[Permission, ...] = ()
    rooms: tuple[str, ...] = ()
    """First words of the routes of pages that are opened from it, besides its own."""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines of the menu under one heading."""

    title: Any
    entries: tuple[Entry, ...]
    first_for: Permission | None = None
    """Who holds it has these lines before those of the other sections, since they are their daily work."""


MENU: tuple[Section, ...] = (
    Section(
        "",
        (
            Entry("home", _("Desk"), "home"),
            Entry("reports.overview", _("Overview"), "report-analytics", (Permission.REPORTS_VIEW,)),
            Entry("map", _("Map"), "map", (Permission.SITES_VIEW,)),
            Entry("messages.list", _("Messages"), "bell", (Permission.MESSAGES_VIEW,)),
            Entry("news.list", _("News"), "news"),
            Entry("articles.office", _("Articles"), "edit", (Permission.ARTICLES_EDIT,)),
        ),
    ),
    Section(
        _("Service"),
        (
            Entry("repairs.list", _("Repair requests"), "headset", (Permission.REPAIRS_VIEW,)),
            Entry("tasks.list", _("Tasks"), "tool", (Permission.TASKS_VIEW,)),
            Entry("quotations.list", _("Quotations"), "receipt", (Permission.QUOTATIONS_VIEW,)),
            Entry("followups.list", _("Follow-ups"), "phone-call", (Permission.FOLLOWUPS_VIEW,)),
            Entry("parts.list", _("Returned parts"), "truck", (Permission.PARTS_VIEW,)),
            Entry("inspections.due", _("Due inspections"), "calendar", (Permission.INSPECTIONS_CARRY_OUT,)),
            Entry(
                "inspections.list", _("Inspections"), "clipboard-check", (Permission.INSPECTIONS_VIEW,), ("plans", "checklists")
            ),
            Entry("reports.list", _("Reports"), "report-analytics", (Permission.REPORTS_VIEW,)),
        ),
    ),
    Section(
        _("Archives"),
        (
            Entry("sites.list", _("Installation points"), "map-pin", (Permission.SITES_VIEW,)),
            Entry("equipment.list", _("Equipment"), "barbell", (Permission.EQUIPMENT_VIEW,)),
            Entry("labels.list", _("QR labels"), "qrcode", (Permission.LABELS_EDIT,)),
            Entry("models.list", _("Product models"), "tags", (Permission.MODELS_VIEW,)),
            Entry("lifetimes.list", _("Warranty and safe life"), "calendar", (Permission.LIFETIMES_VIEW,)),
            Entry("customers.list", _("Customers"), "building", (Permission.CUSTOMERS_VIEW,)),
            Entry("projects.list", _("Projects"), "building-community", (Permission.PROJECTS_VIEW,)),
        ),
    ),
    Section(
        _("System"),
        (
            Entry("users.list", _("Users"), "users", (Permission.ACCOUNTS_VIEW,)),
            Entry("roles.list", _("Roles"), "users", (Permission.ACCOUNTS_VIEW,)),
            Entry("organisations.list", _("Organisations"), "building-factory", (Permission.ACCOUNTS_VIEW,), ("teams",)),
            Entry("choices.list", _("Choice lists"), "tags", (Permission.CHOICES_EDIT,)),
            Entry("quarantine.list", _("Quarantine"), "history", (Permission.QUARANTINE_VIEW,)),
            Entry("absences.list", _("Leave and stand-ins"), "users", (Permission.ACCOUNTS_VIEW,)),
            Entry("persons.find", _("A person's data"), "users", (Permission.PERSONS_ERASE,)),
            Entry("audit.list", _("Logs"), "history", (Permission.AUDIT_VIEW,)),
            Entry("system.plugins", _("Plugins"), "plug", (Permission.SYSTEM_MANAGE,)),
        ),
        first_for=Permission.ACCOUNTS_EDIT,
    ),
)

BadgeCounter = Callable[[Request], int]
RecordPart = Callable[[Request, Any], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class MenuLine:
    """A line as a page shows it."""

    title: Any
    icon: str
    href: str
    current: bool
    badge: int = 0


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way to this page; the last has no address."""

    title: Any
    href: str | None = None


@dataclass
class Layout:
    """What the frame of one page needs. Templates reach it as ``layout``."""

    request: Request
    _routes: Any = field(init=False)

    def __post_init__(self) -> None:
        self._routes = self.request.registry.getUtility(IRoutesMapper)

    @property
    def page(self) -> Any:
        """The macro that a page uses: the whole frame, or the content alone for a request of htmx."""
        macros = get_renderer("shuhua_web:templates/layout.pt").implementation().macros
        return macros["fragment" if self.is_partial else "page"]

    @property
    def small_page(self) -> Any:
        """The macro of pages without a menu: signing in, errors before it."""
        return get_renderer("shuhua_web:templates/layout.pt").implementation().macros["small_page"]

    @property
    def pieces(self) -> Any:
        """Macros for parts of pages (``templates/pieces.pt``)."""
        return get_renderer("shuhua_web:templates/pieces.pt").implementation().macros

    @property
    def is_partial(self) -> bool:
        """Whether htmx asks, so that the frame is there already."""
        headers = self.request.headers
        return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"

    @property
    def language(self) -> str:
        """The page's language for ``<html lang>``."""
        return str(self.request.locale_name).replace("_", "-")

    @property
    def languages(self) -> list[tuple[str, str, bool]]:
        """(locale, its own name, whether it is the present one)."""
        names = {"zh_Hans": "中文", "en": "English"}
        return [(locale, names.get(locale, locale), locale == self.request.locale_name) for locale in LOCALES]

    @property
    def maker(self) -> str:
        """Name of the maker who runs this deployment."""
        return str(self.request.deployment.settings.maker)

    @property
    def actor(self) -> Any:
        """Who acts; None where that cannot be told, since the page of an error must not fail on the error itself."""
        try:
            return self.request.actor
        except (ServiceError, SQLAlchemyError):
            return None

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return self.actor is not None and self.actor.kind == "user"

    @property
    def today(self) -> str:
        """The deployment's day, for the quick ranges of filters."""
        settings, clock = self.request.deployment.settings, self.request.deployment.clock
        return formats.day(clock.now().astimezone(settings.timezone).date())

    def has_route(self, name: str) -> bool:
        """Whether a room has added this route."""
        return self._routes.get_route(name) is not None

    def may_open(self, name: str) -> bool:
        """Whether the route exists and one of its views for reading is open to this actor."""
        return self.has_route(name) and any(
            self.request.has_permission(each) for each in _reading_permissions(self.request.registry, name)
        )

    def menu(self) -> list[tuple[Any, list[MenuLine]]]:
        """(heading, lines) of what this actor may open, what is their daily work first."""
        counters: dict[str, BadgeCounter] = self.request.registry.menu_badges
        found = []
        may = self.request.actor.may
        for section in sorted(MENU, key=lambda each: bool(each.title) and not (each.first_for and may(each.first_for))):
            lines = [self._line(entry, counters) for entry in section.entries if self.offers(entry)]
            if lines:
                found.append((section.title, lines))
        return found

    def offers(self, entry: Entry) -> bool:
        """Whether the entry stands in this actor's menu."""
        allowed = not entry.permissions or any(self.request.actor.may(each) for each in entry.permissions)
        return allowed and self.may_open(entry.route)

    def _line(self, entry: Entry, counters: dict[str, BadgeCounter]) -> MenuLine:
        href = self.request.route_path(entry.route)
        matched = self.request.matched_route.name if self.request.matched_route else ""
        current = matched == entry.route or matched.partition(".")[0] in {entry.route.partition(".")[0], *entry.rooms}
        # The page of an error has no session to count with.
        counter = counters.get(entry.route) if self.request.exception is None else None
        return MenuLine(entry.title, entry.icon, href, current, counter(self.request) if counter else 0)

    def flashes(self) -> list[tuple[str, Any]]:
        """(kind, text) of the notices that were left for this page; kind is success, info, warning or danger."""
        return [(kind, text) for kind in NOTICE_KINDS for text in self.request.session.pop_flash(kind)]

    # Assets -------------------------------------------------------------------------------------------------------------

    @property
    def assets(self) -> Assets:
        """The built front end."""
        return self.request.registry.assets

    def asset_url(self, file: str) -> str:
        """Address of a built file, which its hash lets browsers keep for ever."""
        return str(self.request.static_path(f"shuhua_web:static/dist/{file}"))

    def icon(self, name: str) -> str:
        """Address of a symbol of the sprite, for ``<use href>``."""
        file = self.assets.file(ICONS)
        return f"{self.asset_url(file)}#{name}" if file else ""


class Assets:
    """The manifest of the built front end, read again when a build has replaced it."""

    def __init__(self, manifest: Path = DIST / "manifest.json") -> None:
        self._manifest = manifest
        self._read_at: float | None = None
        self._entries: dict[str, Any] = {}
        if not self.built:
            log.error("the front end is not built: run `python shuhua_web/frontend/build.py`")

    @property
    def built(self) -> bool:
        """Whether there is a front end to serve; pages say what to do when not."""
        return bool(self._read())

    def file(self, source: str) -> str | None:
        """The built file of a source, or None when it is not built."""
        entry = self._read().get(source)
        return entry["file"] if entry else None

    def styles(self, source: str = ENTRY) -> list[str]:
        """Style sheets of an entry."""
        return list(self._read().get(source, {}).get("css", ()))

    def entries(self) -> dict[str, Any]:
        """The manifest of the build: what each source became, and what that needs."""
        return self._read()

    def _read(self) -> dict[str, Any]:
        try:
            modified = self._manifest.stat().st_mtime
            if modified != self._read_at:
                self._entries = json.loads(self._manifest.read_text())
                self._read_at = modified
        except (OSError, ValueError):
            self._entries, self._read_at = {}, None
        return self._entries


NOTICE_KINDS = ("success", "info", "warning", "danger")
LONGEST_NOTICES = 300
"""Characters of all notices together: Chinese ones take eight bytes each in the cookie, which holds four thousand."""


def flash(request: Request, text: Any, kind: str = "success") -> None:
    """Leave a notice for the next page, translated now, since the session stores plain text.

    The session is a cookie, which browsers cut off: of many notices that no page has shown yet, the newest stay.
    """
    session, told = request.session, str(request.tr(text))
    told = told if len(told) <= LONGEST_NOTICES else f"{told[: LONGEST_NOTICES - 1]}…"
    left = LONGEST_NOTICES - len(told)
    for each_kind in NOTICE_KINDS:
        fitting = []
        for each in reversed(session.pop_flash(each_kind)):
            left -= len(each)
            if left >= 0:
                fitting.append(each)
        for each in reversed(fitting):
            session.flash(each, each_kind)
    session.flash(told, kind)


def own_path(request: Request, address: str | None, default: str = "/") -> str:
    """``address`` if it leads to a page of this deployment, else ``default``: no form sends anybody to another host."""
    if not address or "\\" in address or any(ord(each) <= 32 for each in address):
        return default
    parts = urlsplit(address)
    if parts.netloc and f"{parts.scheme}://{parts.netloc}" != request.host_url:
        return default
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path if path.startswith("/") and not path.startswith("//") else default


def crumbs(request: Request, *steps: tuple[Any, str | None]) -> Sequence[Crumb]:
    """The way to a page: ``crumbs(request, (_("Tasks"), "tasks.list"), (task.number, None))``; a step names its route."""
    return [Crumb(title, request.route_path(route) if route else None) for title, route in steps]


def add_menu_badge(config: Configurator, route: str, counter: BadgeCounter) -> None:
    """Show ``counter(request)`` beside a menu line, as for unread messages; called on every full page."""
    config.registry.menu_badges[route] = counter


def add_record_part(config: Configurator, kind: str, part: RecordPart) -> None:
    """Add what a room further right knows of records of ``kind`` to their page: ``part(request, record)`` gives it."""
    config.registry.record_parts.setdefault(kind, []).append(part)


def _reading_permissions(registry: Any, route: str) -> frozenset[str]:
    """Permissions of a route's views that answer GET, read once from what was registered."""
    if not registry.reading_permissions:
        found: dict[str, set[str]] = {}
        for each in registry.introspector.get_category("permissions") or ():
            for view in (other for other in each["related"] if other.category_name == "views"):
                methods = view["request_methods"]
                if view["route_name"] and (methods is None or "GET" in methods):
                    found.setdefault(view["route_name"], set()).add(each["introspectable"]["value"])
        registry.reading_permissions = {name: frozenset(held) for name, held in found.items()}
    return registry.reading_permissions.get(route, frozenset())


def _add_globals(event: Any) -> None:
    request = event.get("request")
    if request is not None and hasattr(request, "registry"):
        event.setdefault("layout", Layout(request))
        event.setdefault("formats", formats)
        event.setdefault("_", _)


def includeme(config: Configurator) -> None:
    """The frame's globals, the built front end and its addresses."""
    config.registry.assets = Assets()
    config.registry.menu_badges = {}
    config.registry.record_parts = {}
    config.registry.reading_permissions = {}
    config.add_directive("add_menu_badge", add_menu_badge)
    config.add_directive("add_record_part", add_record_part)
    config.add_subscriber(_add_globals, BeforeRender)
    config.add_translation_dirs("shuhua_core:locale", "shuhua_web:locale")
    config.add_static_view(STATIC_PREFIX, "shuhua_web:static/dist", cache_max_age=31_536_000)
