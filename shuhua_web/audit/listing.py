"""The three logs as lists: filtered by person, object, time and action, and exported as they are filtered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, Text, and_, cast, select
from sqlalchemy.orm import aliased

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.audit.models import AuditEntry, RunningEntry, SecurityEntry
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.hints import unlikely
from shuhua_web.i18n import _
from shuhua_web.listing import Beginnings, ChoiceFilter, Column, DateRange, Listing, RecordFilter, TextFilter
from shuhua_web.listing.filters import clean_text, contains

from .words import EVENTS, SECURITY_KINDS

ACTOR_KINDS = {"user": ("用户", "User"), "public": ("公众", "Public"), "system": ("系统", "System")}
RECORD_KINDS = {
    "repair": ("维修申请", "Repair request"),
    "task": ("维修任务", "Task"),
    "followup": ("回访", "Follow-up"),
    "inspection": ("巡查", "Inspection"),
    "part": ("旧件", "Returned part"),
    "site": ("安装点", "Installation point"),
    "equipment": ("器材", "Equipment"),
    "label": ("标签", "Label"),
    "label_batch": ("标签批次", "Batch of labels"),
    "plan": ("巡查计划", "Inspection plan"),
    "checklist": ("巡查清单", "Checklist"),
    "customer": ("客户", "Customer"),
    "contact": ("联系人", "Contact"),
    "project": ("工程", "Project"),
    "model": ("产品型号", "Product model"),
    "media": ("图片", "Picture"),
    "message": ("消息", "Message"),
    "article": ("信息推介", "Article"),
    "user": ("用户", "User"),
    "organisation": ("机构", "Organisation"),
    "role": ("角色", "Role"),
    "list": ("列表", "List"),
    "view": ("视图", "View"),
    "choice": ("选项", "Choice"),
    "import": ("导入", "Import"),
    "person": ("个人", "Person"),
    "held_request": ("隔离数据", "Held request"),
    "log": ("日志", "Log"),
}
"""Kinds of records by their words; one that is missing here is shown by its own word."""
LEVELS = {
    "info": ("信息", "Info"),
    "warning": ("警告", "Warning"),
    "error": ("错误", "Error"),
    "critical": ("严重", "Critical"),
}

_Who, _Person = aliased(User), aliased(User)


def _as_text(column: Any) -> Any:
    return cast(column, Text().with_variant(String(4000), "sqlite"))


def kind_label(row: Any, locale: str) -> str:
    """The kind of a record as a person says it."""
    zh, en = RECORD_KINDS.get(row.record_kind, (row.record_kind, row.record_kind))
    return en if locale == "en" else zh


@dataclass(frozen=True, slots=True)
class PersonFilter(TextFilter):
    """Entries of whom the text tells: people are found first, who are fewer than entries."""

    key: Any

    def _condition(self, ctx: Context, given: Sequence[str]) -> ColumnElement[bool]:
        people = select(User.id).where(contains(self.expression, clean_text(self.name, given[0])))
        return unlikely(self.key.in_(people))


CHANGES = Listing(
    name="changes",
    model=AuditEntry,
    permission=Permission.AUDIT_VIEW,
    title=_("Operation log"),
    columns=(
        Column("number_in_log", _("No."), AuditEntry.id, kind="integer", nullable=False),
        Column("at", _("At"), AuditEntry.at, kind="moment", sort=True, nullable=False),
        Column("actor", _("Who"), _Who.name),
        Column("actor_kind", _("Kind"), AuditEntry.actor_kind, kind="choice", labels=ACTOR_KINDS, nullable=False),
        Column("event", _("Event"), AuditEntry.event, kind="choice", labels=EVENTS, nullable=False),
        Column("record_kind", _("Object"), AuditEntry.record_kind, nullable=False, show=kind_label),
        Column("number", _("Number"), AuditEntry.number),
        Column("detail", _("Details"), _as_text(AuditEntry.detail), long=True, at_first=False),
        Column("record_id", _("Id"), AuditEntry.record_id, kind="integer", nullable=False, at_first=False),
        Column("event_code", _("Code of the event"), AuditEntry.event, nullable=False, at_first=False),
        Column("action", _("Action"), AuditEntry.action, at_first=False),
        Column("request_id", _("Request id"), AuditEntry.request_id, at_first=False),
    ),
    source=lambda query: query.outerjoin(_Who, _Who.id == AuditEntry.actor_id),
    filters=(
        DateRange("at", _("At"), AuditEntry.at),
        PersonFilter("who", _("Who"), User.name, AuditEntry.actor_id),
        PersonFilter("login", _("Login"), User.login, AuditEntry.actor_id),
        ChoiceFilter("record_kind", _("Object"), AuditEntry.record_kind, RECORD_KINDS),
        TextFilter("number", _("Number"), AuditEntry.number),
        RecordFilter("record_id", _("Id"), AuditEntry.record_id),
        ChoiceFilter("event", _("Event"), AuditEntry.event, EVENTS),
        TextFilter("action", _("Action"), AuditEntry.action),
        RecordFilter("actor_id", _("Who"), AuditEntry.actor_id),
    ),
    search=Beginnings(codes=(AuditEntry.number, AuditEntry.request_id), texts=(AuditEntry.event, AuditEntry.action)),
    search_hint=_("Number, event, action or request"),
    default_sort="-at",
    record_route="audit.view",
)

SECURITY = Listing(
    name="security_log",
    model=SecurityEntry,
    permission=Permission.AUDIT_VIEW,
    title=_("Security log"),
    columns=(
        Column("number_in_log", _("No."), SecurityEntry.id, kind="integer", nullable=False),
        Column("at", _("At"), SecurityEntry.at, kind="moment", sort=True, nullable=False),
        Column("what", _("What"), SecurityEntry.kind, kind="choice", labels=SECURITY_KINDS, nullable=False),
        Column("actor", _("Who"), _Person.name),
        Column("address", _("Network address"), SecurityEntry.address),
        Column("record_id", _("Id"), SecurityEntry.record_id, kind="integer"),
        Column("detail", _("Details"), _as_text(SecurityEntry.detail), long=True),
        Column("request_id", _("Request id"), SecurityEntry.request_id, at_first=False),
    ),
    source=lambda query: query.outerjoin(_Person, _Person.id == SecurityEntry.actor_id),
    filters=(
        DateRange("at", _("At"), SecurityEntry.at),
        PersonFilter("who", _("Who"), User.name, SecurityEntry.actor_id),
        ChoiceFilter("what", _("What"), SecurityEntry.kind, SECURITY_KINDS),
        TextFilter("address", _("Network address"), SecurityEntry.address),
        RecordFilter("record_id", _("Id"), SecurityEntry.record_id),
        RecordFilter("actor_id", _("Who"), SecurityEntry.actor_id),
    ),
    search=(SecurityEntry.kind, SecurityEntry.address, SecurityEntry.request_id),
    search_hint=_("What, network address or request"),
    default_sort="-at",
    empty=_("Nothing was refused or disclosed."),
)

RUNNING = Listing(
    name="running_log",
    model=RunningEntry,
    permission=Permission.AUDIT_VIEW,
    title=_("Running log"),
    columns=(
        Column("number_in_log", _("No."), RunningEntry.id, kind="integer", nullable=False),
        Column("at", _("At"), RunningEntry.at, kind="moment", sort=True, nullable=False),
        Column("level", _("Level"), RunningEntry.level, kind="choice", labels=LEVELS, nullable=False),
        Column("logger", _("Part", context="program"), RunningEntry.logger, nullable=False),
        Column("message", _("Message"), RunningEntry.message, long=True, nullable=False),
        Column("detail", _("Details"), _as_text(RunningEntry.detail), long=True),
        Column("process", _("Process"), RunningEntry.process, nullable=False),
        Column("request_id", _("Request id"), RunningEntry.request_id),
    ),
    filters=(
        DateRange("at", _("At"), RunningEntry.at),
        ChoiceFilter("level", _("Level"), RunningEntry.level, LEVELS),
        TextFilter("logger", _("Part", context="program"), RunningEntry.logger),
        TextFilter("process", _("Process"), RunningEntry.process),
    ),
    search=(RunningEntry.message, RunningEntry.logger, RunningEntry.request_id),
    search_hint=_("Message, part or request"),
    default_sort="-at",
    row_class=lambda row, _now: "grid-overdue" if row.level in {"error", "critical"} else "",
    empty=_("Nothing unusual was noted."),
)


def around(ctx: Context, entry: AuditEntry, limit: int = 20) -> list[AuditEntry]:
    """The latest entries about the same record."""
    same = and_(AuditEntry.record_kind == entry.record_kind, AuditEntry.record_id == entry.record_id, AuditEntry.id != entry.id)
    return list(ctx.session.scalars(select(AuditEntry).where(same).order_by(AuditEntry.id.desc()).limit(limit)))
