"""Settings of a deployment: an ini section's ``shuhua.*`` keys, overridden by ``SHUHUA_*`` environment variables.

What is wrong or unknown is refused at start, naming the key and what is expected. docs/settings.md lists them all.
"""

from __future__ import annotations

import difflib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import ConfigurationError
from .i18n import LOCALES, _

PREFIX = "shuhua."
PLUGIN_PREFIX = "plugin."


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults. Durations are in the unit that their name ends with."""

    database_url: str
    """SQLAlchemy address of the database: ``sqlite:////path/file.sqlite`` or ``postgresql+psycopg://user@host/name``."""
    media_path: Path = Path("media")
    """Folder in which uploaded files are kept."""
    secret: str = ""
    """At least 32 characters from which tokens of anonymous reporters are derived; the same on every node."""
    origin: str = "http://127.0.0.1:6543"
    """Scheme, host and port under which people reach this deployment; links and cookies follow it."""
    zone: str = "Asia/Shanghai"
    """Time zone in which times are shown and days begin."""
    locale: str = "zh_Hans"
    """Language for people who have not chosen one: ``zh_Hans`` or ``en``."""
    maker: str = "舒华"
    """Name of the maker, on the screens and on paper."""
    demo: bool = False
    """A demonstration: sign-in page shows the demo logins, whose password no other deployment accepts."""
    number_rule: str = "{prefix}{date}-{n:04d}"
    """How numbers of records are written; prefix, date (YYYYMMDD) and n."""
    urgent_hours: int = 24
    """Hours from approval to the deadline of an urgent task."""
    high_hours: int = 72
    """The same for high severity."""
    normal_hours: int = 168
    """The same for normal severity."""
    need_info_days: int = 14
    """Days after which a request that waits for information is closed."""
    confirm_days: int = 7
    """Days after which a resolved request counts as confirmed."""
    close_days: int = 7
    """Days after which a followed-up task is closed."""
    reopen_days: int = 30
    """Days during which a reporter may reopen their request."""
    followup_attempts: int = 3
    """Attempts after which a task may be closed without a follow-up."""
    quotations_required: bool = True
    """A repair out of warranty begins only once the customer has consented to a quotation, or it is free of charge."""
    quotation_days: int = 15
    """Days for which a quotation is valid, unless it names a day itself."""
    check_kinds: str = ""
    """Kinds of sites, separated by spaces, whose repairs the host unit checks before they count as completed."""
    session_hours: int = 12
    """Hours after which an office session ends when it is not used."""
    device_days: int = 90
    """Days after which a phone has to sign in again."""
    upload_bytes: int = 20_000_000
    """Largest photo that is accepted."""
    video_bytes: int = 300_000_000
    """Largest video or sound recording that is accepted."""
    upload_hours: int = 72
    """Hours after which an upload that is not finished is given up."""
    uploads_open: int = 30
    """Uploads that one person may have under way at a time."""
    uploads_open_bytes: int = 3_000_000_000
    """Bytes of one person's files that are under way or belong to no record yet."""
    uploads_open_public: int = 9
    """Uploads that one phone without an account may have under way; all of them together, fifty times that."""
    uploads_open_public_bytes: int = 500_000_000
    """Their bytes that are under way or belong to no record yet; all of them together, ten times that."""
    media_unattached_days: int = 30
    """Days after which a file that belongs to no record is removed."""
    disk_reserve_percent: int = 10
    """Part of the disk that files leave free, for the database."""
    busy_seconds: float = 10.0
    """How long a request waits for the database before it answers 503."""
    proxies: int = 0
    """How many trusted proxies stand in front, so that X-Forwarded-For is read only from them."""
    public_minutes: int = 60
    """Length of the window in which reports, uploads and the like of people without an account are counted."""
    public_reports_address: int = 60
    """Reports and answers that one network address may send within that window; many phones share an address."""
    public_reports_code: int = 20
    """Reports for the code of one label within that window."""
    public_uploads_address: int = 200
    """Files that one network address may send without an account within that window."""
    public_scans_address: int = 300
    """Openings of labels' pages that are counted for one network address within that window."""
    public_wrong_codes: int = 60
    """Codes of labels that one network address may try in vain within that window."""
    hotline: str = ""
    """Telephone number of the service, on labels and public pages."""
    label_sizes: str = "30x30 50x50 70x100"
    """Sizes of QR labels, width by height in millimetres, separated by spaces."""
    scan_far_metres: int = 300
    """A label that is scanned farther than this from its installation point is listed for checking."""
    scan_days: int = 400
    """Days for which single scans of labels are kept."""
    verification_path: str = ""
    """Folder with verification files, which are served under `/` and `/q/` by their names."""
    plugins_enabled: str = "*"
    """Names of the plugins that are loaded, separated by spaces; ``*`` loads all that are installed."""
    plugins_trace: bool = False
    """Log every call of a hook: plugin and hook, never the arguments."""
    plugins_deadline: float = 30.0
    """Seconds that one call to a plugin may take."""
    plugins_memory_mb: int = 512
    """Address space of a plugin's process."""
    plugins_result_mb: int = 32
    """Largest document that a plugin may give back."""
    plugins_failures: int = 5
    """Failures in a row after which a plugin is left alone."""
    plugins_rest: float = 60.0
    """Seconds for which it is left alone."""
    link_channels: str = "email sms console"
    """Names of the notification channels, separated by spaces, by which invitations and password links go: only such as reach one
    person alone, never a group."""
    invite_days: int = 7
    """Days for which an invitation works."""
    quiet_from_hour: int = 20
    """Hour of the evening from which only urgent notices go out by channels that disturb; as `quiet_to_hour`: never quiet."""
    quiet_to_hour: int = 8
    """Hour from which the others go out."""
    notice_attempts: int = 8
    """Attempts after which the delivery of a notice by a channel is given up."""
    retention_months: int = 0
    """Months after the end of a request when its reporter's name, phone and address are erased; 0 keeps them."""
    running_log_days: int = 90
    """Days for which the running log is kept."""
    plugins: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Settings of each plugin (``plugin.<name>.<key>``), given to that plugin alone."""

    @property
    def timezone(self) -> ZoneInfo:
        """The zone as an object."""
        return ZoneInfo(self.zone)

    @property
    def secure(self) -> bool:
        """Whether people reach the deployment over https, so that cookies are marked Secure."""
        return self.origin.startswith("https://")

    def time_to_finish(self, severity: str) -> timedelta:
        """From approval to the deadline, by severity."""
        hours = {"urgent": self.urgent_hours, "high": self.high_hours}.get(severity, self.normal_hours)
        return timedelta(hours=hours)


def from_mapping(values: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from ini values and environment. Raises :class:`ConfigurationError` naming each wrong key."""
    known = {each.name: each for each in fields(Settings) if each.name != "plugins"}
    given: dict[str, Any] = {}
    for key, value in values.items():
        if key.startswith(PREFIX):
            name = key.removeprefix(PREFIX)
            if name not in known:
                raise ConfigurationError(_unknown(key, [PREFIX + each for each in known]))
            given[name] = value
    for key, value in (environ or {}).items():
        name = key.removeprefix("SHUHUA_").lower()
        if key.startswith("SHUHUA_") and name in known:
            given[name] = value
    if not given.get("database_url"):
        raise ConfigurationError(
            _("shuhua.database_url is missing: say where the database is, e.g. sqlite:////srv/shuhua/shuhua.sqlite")
        )
    settings = Settings(
        **{name: _read(name, str(known[name].type), value) for name, value in given.items()}, plugins=_plugins(values)
    )
    _check(settings)
    return settings


def _unknown(key: str, known: list[str]) -> Any:
    near = difflib.get_close_matches(key, known, n=1)
    if near:
        return _("There is no setting ${key}. Did you mean ${near}?", mapping={"key": key, "near": near[0]})
    return _("There is no setting ${key}. docs/settings.md lists them all.", mapping={"key": key})


def _read(name: str, typ: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    value = value.strip()
    try:
        if typ == "int":
            return int(value)
        if typ == "float":
            return float(value)
        if typ == "bool":
            return {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False, "off": False}[
                value.lower()
            ]
        return Path(value) if typ == "Path" else value
    except (ValueError, KeyError):
        raise ConfigurationError(
            _("shuhua.${name} is ${value}, but must be of type ${type}.", mapping={"name": name, "value": value, "type": typ})
        ) from None


def _plugins(values: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for key, value in values.items():
        if key.startswith(PLUGIN_PREFIX):
            name, dot, rest = key.removeprefix(PLUGIN_PREFIX).partition(".")
            if not dot:
                raise ConfigurationError(_("${key}: write plugin.<name>.<key>.", mapping={"key": key}))
            found.setdefault(name, {})[rest] = str(value)
    return found


def _check(settings: Settings) -> None:
    try:
        ZoneInfo(settings.zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError(_("shuhua.zone ${zone} is no time zone.", mapping={"zone": settings.zone})) from None
    if settings.locale not in LOCALES:
        raise ConfigurationError(_("shuhua.locale must be one of ${locales}.", mapping={"locales": ", ".join(LOCALES)}))
    if len(settings.secret) < 32:
        raise ConfigurationError(
            _("shuhua.secret must have at least 32 characters, e.g. ${example}", mapping={"example": secrets.token_urlsafe(32)})
        )
    origin = urlsplit(settings.origin)
    if origin.scheme not in {"http", "https"} or not origin.hostname or origin.path not in {"", "/"}:
        raise ConfigurationError(_("shuhua.origin must be a scheme and host, such as https://service.example.com"))
    if not settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigurationError(_("shuhua.database_url must begin with sqlite:/// or postgresql+psycopg://"))
    try:
        settings.number_rule.format(prefix="BX", date="20261122", n=1)
    except (KeyError, ValueError, IndexError):
        raise ConfigurationError(_("shuhua.number_rule may only use {prefix}, {date} and {n}.")) from None
    for name in ("quiet_from_hour", "quiet_to_hour"):
        if not 0 <= getattr(settings, name) <= 23:
            raise ConfigurationError(_("shuhua.${name} must be an hour from 0 to 23.", mapping={"name": name}))
    for name in (
        "notice_attempts",
        *("quotation_days", "urgent_hours", "high_hours", "normal_hours", "session_hours", "device_days"),
        *("upload_bytes", "video_bytes", "upload_hours", "busy_seconds", "public_minutes"),
    ):
        if getattr(settings, name) <= 0:
            raise ConfigurationError(_("shuhua.${name} must be more than 0.", mapping={"name": name}))
