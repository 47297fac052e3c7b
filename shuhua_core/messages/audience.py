"""Who is told. Only people whose permission reaches the record, and never the one who did it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from ..accounts.models import Organisation, RolePermission, User, UserRole
from ..accounts.organisations import above
from ..accounts.permissions import Permission
from ..articles.models import Article
from ..articles.service import people_of
from ..inspections.models import Inspection, InspectionPlan
from ..inspections.plans import inspectors_below
from ..kernel.actor import ScopeKind
from ..quotations.models import Quotation
from ..repairs.models import RepairRequest
from ..sites.models import Equipment, Site
from ..tasks.models import RepairTask, Task


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person, and the record that the message is about for them: a reporter is told about their request, not the task."""

    user_id: int
    record_kind: str
    record_id: int
    number: str


RECORDS: Mapping[str, type[Any]] = {
    "article": Article,
    "equipment": Equipment,
    "inspection": Inspection,
    "plan": InspectionPlan,
    "quotation": Quotation,
    "repair": RepairRequest,
    "task": Task,
}
"""What can be told of, by its kind."""


@dataclass
class Happening:
    """An event on its way out, with the record that it is about, loaded once."""

    session: Session
    kind: str
    record_id: int
    number: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def record(self) -> Any:
        """The request, task, piece, inspection, plan or article."""
        return self.session.get_one(RECORDS[self.kind], self.record_id)

    @property
    def site_name(self) -> str | None:
        """The name of the record's site."""
        site_id = self.record.site_id
        return self.session.scalar(select(Site.name).where(Site.id == site_id)) if site_id else None

    @property
    def equipment_name(self) -> str | None:
        """The name of the record's piece, which may be the record itself."""
        if self.kind == "equipment":
            return str(self.record.name)
        equipment_id = getattr(self.record, "equipment_id", None)
        return self.session.scalar(select(Equipment.name).where(Equipment.id == equipment_id)) if equipment_id else None

    def told(self, user_ids: Iterable[int | None]) -> list[Addressee]:
        """These people, about this record."""
        return [Addressee(user_id, self.kind, self.record_id, self.number) for user_id in user_ids if user_id is not None]

    def reaching(self, permission: str) -> list[Addressee]:
        """Everybody active whose ``permission`` reaches the record."""
        return self.told(people_reaching(self.session, permission, self.record))

    def reporters(self) -> list[Addressee]:
        """The reporters of all requests that the task serves, those of merged requests among them: they follow the target."""
        serves = select(RepairTask.repair_id).where(RepairTask.task_id == self.record_id)
        rows = self.session.execute(
            select(RepairRequest.reporter_id, RepairRequest.id, RepairRequest.number).where(
                or_(RepairRequest.id.in_(serves), RepairRequest.merged_into_id.in_(serves)),
                RepairRequest.reporter_id.is_not(None),
            )
        )
        return [Addressee(user_id, "repair", repair_id, number) for user_id, repair_id, number in rows if user_id is not None]


def people_reaching(session: Session, permission: str, record: Any) -> list[int]:
    """Ids of the active users whose permission reaches ``record``: the row scope of ``kernel.scope``, turned round."""
    path = record.organisation_path
    division = record.division_code or ""
    prefixes = [division[:length] for length in range(1, len(division) + 1)]
    scopes: list[ColumnElement[bool]] = [
        RolePermission.scope == ScopeKind.ALL,
        and_(RolePermission.scope == ScopeKind.ORGANISATION, User.organisation_path.in_(above(path))),
        and_(RolePermission.scope == ScopeKind.AGENT, User.organisation_path == path),
        and_(
            RolePermission.scope == ScopeKind.DIVISION,
            or_(UserRole.division_code.in_(prefixes), and_(UserRole.division_code.is_(None), User.division_code.in_(prefixes))),
        )
        if prefixes
        else false(),
        and_(RolePermission.scope == ScopeKind.OWN, _own(record)),
    ]
    query = (
        select(User.id)
        .join(UserRole, UserRole.user_id == User.id)
        .join(RolePermission, RolePermission.role_id == UserRole.role_id)
        .where(User.active, RolePermission.permission == permission, or_(*scopes))
        .distinct()
    )
    return list(session.scalars(query))


def _own(record: Any) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    for attribute, column in record.__scope__.own.items():
        value = getattr(record, column)
        if value is None:
            continue
        if attribute == "user_id":
            conditions.append(User.id == value)
        elif attribute == "reporter_id":
            conditions.append(and_(User.id == value, User.kind == "customer"))
        elif attribute == "customer_id":
            conditions.append(User.customer_id == value)
        elif attribute == "host_unit_id":
            conditions.append(User.organisation_id == value)
    return or_(*conditions) if conditions else false()


def _reviewers(event: Happening) -> list[Addressee]:
    return event.reaching("repairs.review") if event.record.state == "pending_review" else []


def _reporter(event: Happening) -> list[Addressee]:
    return event.told([event.record.reporter_id])


def _managers(event: Happening) -> list[Addressee]:
    return event.reaching("tasks.accept") if event.record.unit_id is not None else []


def _receivers(event: Happening) -> list[Addressee]:
    return event.told([event.record.repairer_id]) if event.record.direct else _managers(event)


def _holders(event: Happening) -> list[Addressee]:
    return [*_managers(event), *event.told([event.record.repairer_id])]


def _unit_people(event: Happening, unit_id: int | None) -> list[Addressee]:
    """Managers of a unit that no longer has the task: told that it is gone, not what became of it."""
    if unit_id is None:
        return []
    query = (
        select(User.id)
        .join(Organisation, Organisation.id == User.organisation_id)
        .join(UserRole, UserRole.user_id == User.id)
        .join(RolePermission, RolePermission.role_id == UserRole.role_id)
        .where(User.active, Organisation.id == unit_id, RolePermission.permission == "tasks.accept")
        .distinct()
    )
    return event.told(event.session.scalars(query))


def _holders_before(event: Happening) -> list[Addressee]:
    people = _unit_people(event, event.values.get("unit_before"))
    return [*people, *event.told([event.values.get("repairer_before")])]


def _responsible(event: Happening) -> list[Addressee]:
    """Who is to inspect: the person named, else the inspectors of the unit named, else all whose area it is."""
    if event.values.get("responsible_id") is not None:
        return event.told([event.values["responsible_id"]])
    unit_id = event.values.get("responsible_unit_id")
    if unit_id is not None:
        unit = event.session.get_one(Organisation, unit_id)
        return event.told(each.id for each in inspectors_below(event.session, unit.path))
    return event.reaching(Permission.INSPECTIONS_CARRY_OUT)


def _keepers(event: Happening) -> list[Addressee]:
    """The people of the host unit that has the piece."""
    unit_id = event.record.host_unit_id
    if unit_id is None:
        return []
    query = select(User.id).where(User.active, User.organisation_id == unit_id)
    return event.told(event.session.scalars(query))


def _quotation_makers(event: Happening) -> list[Addressee]:
    """The unit that does the work with its repairer, and the dispatchers."""
    return [*event.reaching(Permission.QUOTATIONS_EDIT), *event.told([event.record.repairer_id])]


def _readers(event: Happening) -> list[Addressee]:
    """Everybody whom an article is for; it is called by its title, of which as much as fits."""
    article: Article = event.record
    title = article.title_zh[:40]
    return [Addressee(user_id, "article", article.id, title) for user_id in event.session.scalars(people_of(article))]


AUDIENCES: Mapping[str, Callable[[Happening], list[Addressee]]] = {
    "keepers": _keepers,
    "scrap_deciders": lambda event: event.reaching(Permission.EQUIPMENT_SCRAP),
    "restorers": lambda event: [*event.reaching(Permission.EQUIPMENT_RESTORE), *_keepers(event)],
    "removers": lambda event: [*event.reaching(Permission.EQUIPMENT_REMOVE), *_keepers(event)],
    "readers": _readers,
    "reviewers": _reviewers,
    "reporter": _reporter,
    "reporters": lambda event: event.reporters(),
    "request_dispatchers": lambda event: event.reaching("repairs.add_task"),
    "dispatchers": lambda event: event.reaching("tasks.allocate"),
    "receivers": _receivers,
    "repairer": lambda event: event.told([event.record.repairer_id]),
    "repairer_before": lambda event: event.told([event.values.get("repairer_before")]),
    "dispatchers_and_managers": lambda event: [*event.reaching("tasks.allocate"), *_managers(event)],
    "followup_clerks": lambda event: event.reaching("tasks.follow_up"),
    "checkers": lambda event: event.reaching("tasks.check"),
    "dispatchers_and_unit_before": lambda event: [
        *event.reaching("tasks.allocate"),
        *_unit_people(event, event.values.get("unit_before")),
    ],
    "dispatchers_and_holders_before": lambda event: [*event.reaching("tasks.allocate"), *_holders_before(event)],
    "repair_reviewers": lambda event: event.reaching("repairs.review"),
    "quotation_customers": lambda event: event.reaching(Permission.QUOTATIONS_CONSENT),
    "quotation_deciders": lambda event: event.reaching(Permission.QUOTATIONS_WAIVE),
    "quotation_makers": _quotation_makers,
    "quotation_everybody": lambda event: [*event.reaching(Permission.QUOTATIONS_CONSENT), *_quotation_makers(event)],
    "responsible": _responsible,
    "responsible_and_planners": lambda event: [*_responsible(event), *event.reaching(Permission.INSPECTIONS_PLAN)],
    "holders": _holders,
    "holders_or_dispatchers": lambda event: _holders(event) or event.reaching("tasks.allocate"),
}
"""By the name that the table of notices uses."""
