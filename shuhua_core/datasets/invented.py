"""What the generator makes up, as plain values. Things refer to each other by ``key``; a loader turns keys into ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from shuhua_core.datasets.vocabulary import Fault, Model, Severity

Subject = Literal["repair", "task", "equipment"]
Automatic = Literal["reaction", "timer"]

SYSTEM = "system"
"""The actor of what happens by itself."""
PUBLIC = "public"
"""The actor of what somebody without an account does."""


@dataclass(frozen=True, slots=True)
class OrganisationPlan:
    """A unit of the tree; ``parent`` comes before it. ``duty_areas`` are division prefixes."""

    key: str
    parent: str | None
    kind: Literal["maker", "branch", "department", "agent", "host_unit"]
    name_zh: str
    name_en: str
    phone: str
    duty_areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """Somebody who works with the system; ``role`` is one of the roles that come with it."""

    key: str
    organisation: str
    role: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class CustomerPlan:
    """A customer; its contact, who reports by phone app, is the actor named by its key."""

    key: str
    number: str
    name: str
    kind: Literal["government", "school", "community"]
    division: str
    address: str
    contact: str
    phone: str
    email: str
    fax: str


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """A project; its sites follow each other, see ``Plan.sites``."""

    key: str
    number: str
    name: str
    kind: str
    division: str
    amount: Decimal
    customer: str
    signed_on: date


@dataclass(frozen=True, slots=True)
class Step:
    """One action of DOMAIN.md's tables.

    ``key`` is the request, task or piece that it is done to; ``actor`` a person's or customer's key, ``PUBLIC`` or
    ``SYSTEM``. ``input`` has the fields of the action's schema, where ``…_id`` holds a key. ``automatic`` tells that nobody
    does it: a *reaction* comes with the step before it in the same moment, a *timer* after the days of the settings.
    """

    at: datetime
    subject: Subject
    key: str
    action: str
    actor: str
    input: Mapping[str, Any]
    automatic: Automatic | None = None


@dataclass(frozen=True, slots=True)
class EquipmentPlan:
    """One piece of equipment, as it left the factory and was installed."""

    key: str
    number: str
    serial: str
    batch: str
    model: Model
    produced_on: date
    installed_on: date
    warranty_until: date
    safe_life_until: date
    label_number: int
    label: str
    life: tuple[Step, ...] = ()
    """What happens to it besides repairs; a piece with a life of its own is never reported."""
    spare_from: date | None = None
    """The day on which it came into the stock, for one that was not on the site from the beginning."""


@dataclass(frozen=True, slots=True)
class SitePlan:
    """An installation point with its pieces; position in WGS-84. ``host`` is an organisation where the host unit checks."""

    key: str
    number: str
    name: str
    kind: str
    division: str
    address: str
    lon: float
    lat: float
    accuracy: float
    project: str
    customer: str
    host_unit: str
    host: str | None
    contact: str
    phone: str
    installed_on: date
    equipment: tuple[EquipmentPlan, ...]


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """A request with all that happens to it and its tasks until the end of the history.

    It begins as ``state`` (*draft* or *pending_review*) and comes to ``final_state``, its own tasks to ``task_states``, in
    order of their making; ``joined_task`` is a task of another request that it was approved into. A task exists from the
    approval, or from ``add_task``, on.
    """

    key: str
    created_at: datetime
    state: Literal["draft", "pending_review"]
    channel: Literal["call_centre", "app", "public"]
    reporter: str
    caller: str
    phone: str
    site: str
    equipment: str
    division: str
    fault: Fault
    symptom: str
    severity: Severity
    in_warranty: bool
    steps: tuple[Step, ...]
    final_state: str
    tasks: tuple[str, ...]
    task_states: tuple[str, ...]
    joined_task: str | None
