"""A small world with everybody in it: two branches, two agents and a department, a user for each role, sites and pieces.

Logins are the code names of the roles; ``agent_manager_2``, ``repairer_2``, ``customer_2`` and the ``*_other`` ones belong
to somebody else, so that every test can ask what a stranger may do. The strangers' records carry the same names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from ..accounts.actors import load_actor_by_login
from ..accounts.models import Organisation
from ..accounts.organisations import add_organisation
from ..accounts.passwords import HASHER
from ..archives.models import Customer, ProductModel, Project
from ..kernel.actor import Actor
from ..places.models import Division
from ..places.positions import set_position
from ..sites.codes import make_code
from ..sites.models import Equipment, Site
from .factories.accounts import maker, user

PASSWORD = "a long password of tests"  # noqa: S105 - of invented people
MADE = datetime(2026, 1, 1, tzinfo=UTC)

_DIVISIONS = (
    ("35", None, "province", "福建省", "Fujian"),
    ("3505", "35", "city", "泉州市", "Quanzhou"),
    ("350582", "3505", "county", "晋江市", "Jinjiang"),
    ("44", None, "province", "广东省", "Guangdong"),
    ("4403", "44", "city", "深圳市", "Shenzhen"),
    ("440305", "4403", "county", "南山区", "Nanshan"),
)


@dataclass
class World:
    """What :func:`build_world` made, by short names; ``actor("dispatcher")`` gives anybody."""

    session: Session
    units: dict[str, Organisation] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    pieces: dict[str, Equipment] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)

    def actor(self, login: str) -> Actor:
        """The actor of a login."""
        return load_actor_by_login(self.session, login)


def build_world(session: Session) -> World:
    """Fill a seeded database."""
    world = World(session)
    for code, parent, level, zh, en in _DIVISIONS:
        session.add(Division(code=code, parent_code=parent, level=level, name_zh=zh, name_en=en))
    session.flush()
    _units(world)
    _archives(world)
    _users(world)
    session.flush()
    return world


def _units(world: World) -> None:
    session, root = world.session, maker(world.session)
    world.units["maker"] = root
    for name, kind, parent, label, areas in (
        ("branch", "branch", "maker", "测试华东分公司", ["", "35"]),
        ("other_branch", "branch", "maker", "测试华南分公司", ["44"]),
        ("agent", "agent", "branch", "测试代理商甲", ["3505"]),
        ("agent_2", "agent", "branch", "测试代理商乙", ["3501", "350582"]),
        ("department", "department", "branch", "测试维修一部", ["35"]),
        ("other_agent", "agent", "other_branch", "测试代理商甲", ["44"]),
        ("host", "host_unit", "branch", "测试社区居委会", []),
        ("other_host", "host_unit", "other_branch", "测试社区居委会", []),
        ("authority", "authority", "maker", "测试体育局", []),
    ):
        world.units[name] = add_organisation(session, kind=kind, name=label, parent=world.units[parent], divisions=areas)


def _archives(world: World) -> None:
    session = world.session
    model = ProductModel(
        number="TEST-01", name="太空漫步机", name_en="Air walker", type="walker", created_at=MADE, updated_at=MADE
    )
    session.add(model)
    session.flush()
    for index, (name, branch, unit, host, division, position) in enumerate(
        (
            ("one", "branch", "agent", "host", "350582", (118.5750, 24.8070)),
            ("two", "branch", "agent_2", None, "350582", (118.5800, 24.8100)),
            ("other", "other_branch", "other_agent", "other_host", "440305", (113.9300, 22.5300)),
        ),
        start=1,
    ):
        path = world.units[branch].path
        customer = Customer(
            number=f"KH{index}",
            name="测试客户",
            kind="government",
            phone=f"1390000000{index}",
            phone_tail=f"000{index}",
            division_code=division,
            organisation_path=path,
            created_at=MADE,
            updated_at=MADE,
        )
        session.add(customer)
        session.flush()
        project = Project(
            number=f"GC{index}",
            name="测试工程",
            kind="path",
            customer_id=customer.id,
            division_code=division,
            organisation_path=path,
            created_at=MADE,
            updated_at=MADE,
        )
        session.add(project)
        session.flush()
        site = Site(
            number=f"AZ{index}",
            name="测试公园",
            kind="park",
            address=f"测试路 {index} 号",
            division_code=division,
            project_id=project.id,
            customer_id=customer.id,
            host_unit_id=world.units[host].id if host else None,
            organisation_id=world.units[unit].id,
            organisation_path=world.units[unit].path,
            state="normal",
            state_at=MADE,
            created_at=MADE,
            updated_at=MADE,
        )
        set_position(
            site, {"longitude": position[0], "latitude": position[1], "datum": "wgs84", "accuracy": 5.0, "source": "gps"}
        )
        session.add(site)
        session.flush()
        world.customers[name], world.sites[name] = customer, site
        for piece in (1, 2):
            world.pieces[f"{name}_{piece}"] = equipment = Equipment(
                number=f"CP{index}-{piece}",
                serial=f"SN{index}{piece}",
                batch="B2026",
                name="太空漫步机",
                model_id=model.id,
                produced_on=date(2025, 1, 1),
                installed_on=date(2025, 6, 1),
                site_id=site.id,
                customer_id=customer.id,
                project_id=project.id,
                host_unit_id=site.host_unit_id,
                division_code=division,
                organisation_path=site.organisation_path,
                state="normal",
                state_at=MADE,
                state_source="create",
                code=make_code(index * 100 + piece),
                created_at=MADE,
                updated_at=MADE,
            )
            session.add(equipment)
    session.flush()


def _users(world: World) -> None:
    password = HASHER.hash(PASSWORD)
    units, customers = world.units, world.customers
    staff = ("call_centre", "reviewer", "dispatcher", "inspector", "followup_clerk", "quality_engineer", "content_editor")
    for role in staff:
        _add(world, role, role, units["branch"], password)
        _add(world, f"{role}_other", role, units["other_branch"], password)
    for login, role, unit in (
        ("agent_manager", "agent_manager", "agent"),
        ("repairer", "repairer", "agent"),
        ("agent_manager_2", "agent_manager", "agent_2"),
        ("repairer_2", "repairer", "agent_2"),
        ("department_manager", "department_manager", "department"),
        ("repairer_department", "repairer", "department"),
        ("agent_manager_other", "agent_manager", "other_agent"),
        ("repairer_other", "repairer", "other_agent"),
        ("host_unit", "host_unit", "host"),
        ("host_unit_other", "host_unit", "other_host"),
        ("leader", "leader", "maker"),
        ("administrator", "administrator", "maker"),
        ("auditor", "auditor", "maker"),
    ):
        _add(world, login, role, units[unit], password)
    _add(world, "collector", "collector", units["branch"], password, division="35", kind="collector")
    _add(world, "authority", "authority", units["authority"], password, division="35")
    for login, name in (("customer", "one"), ("customer_2", "two"), ("customer_other", "other")):
        _add(world, login, "customer", None, password, kind="customer", customer_id=customers[name].id)


def _add(
    world: World,
    login: str,
    role: str,
    unit: Organisation | None,
    password: str,
    *,
    division: str | None = None,
    kind: str = "system",
    customer_id: int | None = None,
) -> None:
    made = user(
        world.session,
        role,
        organisation=unit,
        login=login,
        name=f"测试·{login}",
        kind=kind,
        customer_id=customer_id,
        division_code=division,
        password_hash=password,
    )
    world.users[login] = made.id
