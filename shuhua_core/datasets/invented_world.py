"""The invented deployment's world: who works where, what stands where. Every value follows from the seed and a number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from shuhua_core.datasets.dice import Dice, Weighted
from shuhua_core.datasets.divisions import divisions
from shuhua_core.datasets.files import rows
from shuhua_core.datasets.invented import CustomerPlan, EquipmentPlan, OrganisationPlan, PersonPlan, ProjectPlan, SitePlan
from shuhua_core.datasets.invented_lives import FEW, with_lives
from shuhua_core.datasets.vocabulary import Model, SiteType, vocabulary
from shuhua_core.sites.codes import make_code

ZONE = ZoneInfo("Asia/Shanghai")
SITES_A_PROJECT = 8
CHECK_KINDS = ("school",)
"""Kinds of sites whose host unit checks a repair before it counts as completed."""

# Departments of the maker, each for some provinces.
_REGIONS = (
    ("east", "华东维修部", "East China service department", ("32", "33", "35", "37")),
    ("south", "华南维修部", "South China service department", ("44",)),
    ("central", "华中维修部", "Central China service department", ("41", "42")),
    ("southwest", "西南维修部", "South-west service department", ("51",)),
    ("northwest", "西北维修部", "North-west service department", ("61",)),
    ("north", "北方维修部", "North service department", ("13", "21")),
)
_OFFICE = (("call_centre", 3), ("reviewer", 2), ("dispatcher", 2), ("followup_clerk", 2))
_SURNAMES = "张王李赵刘陈杨黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸"
_WORDS = (
    "和平",
    "幸福",
    "东风",
    "阳光",
    "长青",
    "向阳",
    "新城",
    "滨河",
    "文昌",
    "祥和",
    "翠湖",
    "金桥",
    "锦绣",
    "朝晖",
    "云杉",
    "南苑",
)
_ROADS = ("示例路", "样板路", "演示大道", "测试街", "模拟路", "假设巷")
_CUSTOMER_KINDS = (("government", "体育局"), ("community", "住房和城乡建设局"), ("school", "教育局"))


@dataclass(frozen=True, slots=True)
class County:
    """A county that sites stand in, or a city or county-level city that has no county."""

    code: str
    city: str
    name: str
    lon: float
    lat: float
    weight: float
    towns: tuple[tuple[str, str], ...]


def person_name(dice: Dice) -> str:
    """A name that nobody takes for somebody's."""
    return f"测试·{dice.pick(_SURNAMES)}{dice.pick(_GIVEN)}"


def phone_number(dice: Dice) -> str:
    """A mobile number that is plainly invented: 139 0000 xxxx."""
    return f"1390000{dice.below(10_000):04d}"


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


class World:
    """Everything but the history. ``site(i)`` and the like cost the same for any ``i`` and keep nothing."""

    def __init__(
        self, seed: int, *, sites: int, equipment_per_site: int, repairs: int, starts_at: datetime, ends_at: datetime
    ) -> None:
        self.seed = seed
        self.sites = sites
        self.equipment_per_site = equipment_per_site
        self.repairs = repairs
        self.first_day = starts_at.astimezone(ZONE).date()
        self.last_day = ends_at.astimezone(ZONE).date()
        self.projects = -(-sites // SITES_A_PROJECT)
        self._project = lru_cache(maxsize=64)(self._make_project)

    @cached_property
    def counties(self) -> tuple[County, ...]:
        """The counties that have a known centre, with their towns."""
        centres = {row["code"]: (float(row["lon"]), float(row["lat"])) for row in rows("county-centres.csv.gz")}
        names: dict[str, str] = {}
        towns: dict[str, list[tuple[str, str]]] = {}
        for division in divisions():
            names[division.code] = division.name_zh
            if division.level == "town" and division.parent in centres:
                towns.setdefault(division.parent, []).append((division.code, division.name_zh))
        return tuple(
            County(
                code,
                code[:4] if code[:4] in names else code,
                names[code],
                lon,
                lat,
                _weight(code, names[code]),
                tuple(towns[code]),
            )
            for code, (lon, lat) in centres.items()
            if code in towns
        )

    @cached_property
    def agent_areas(self) -> tuple[tuple[str, ...], ...]:
        """The cities of each agent: two neighbours by number, within a province."""
        cities = sorted({county.city for county in self.counties})
        areas: list[tuple[str, ...]] = []
        for city in cities:
            if areas and len(areas[-1]) == 1 and areas[-1][0][:2] == city[:2]:
                areas[-1] = (*areas[-1], city)
            else:
                areas.append((city,))
        return tuple(areas)

    @cached_property
    def repairers_a_unit(self) -> int:
        """How many repairers a unit has, for the work there is."""
        return max(3, min(40, 2 + self.repairs // (len(self.agent_areas) * 300)))

    def organisations(self) -> Iterator[OrganisationPlan]:
        """The maker, its branch, departments and agents, each after its parent; host units come with their sites."""
        maker = OrganisationPlan("maker", None, "maker", "示例健身器材公司", "Example Fitness Equipment", "4000000000", ())
        yield maker
        yield OrganisationPlan("branch", maker.key, "branch", "示例公司中国区", "Example Company, China", "4000000000", ("",))
        for key, zh, en, provinces in _REGIONS:
            phone = phone_number(Dice(self.seed, "department", key))
            yield OrganisationPlan(f"department:{key}", "branch", "department", f"示例公司{zh}", en, phone, provinces)
        names = {county.city: county.name for county in self.counties} | self._city_names
        for number, cities in enumerate(self.agent_areas, start=1):
            zh = f"示例代理商{number:02d}（{'、'.join(names[city] for city in cities)}）"
            phone = phone_number(Dice(self.seed, "agent", number))
            yield OrganisationPlan(f"agent:{number}", "branch", "agent", zh, f"Example agent {number:02d}", phone, cities)

    def people(self) -> Iterator[PersonPlan]:
        """Staff of the branch, managers and repairers of the units."""
        for role, count in _OFFICE:
            for number in range(1, count + 1):
                yield self._person(f"branch:{role}:{number}", "branch", role)
        for unit in self.organisations():
            if unit.kind in ("department", "agent"):
                yield self._person(f"{unit.key}:manager", unit.key, f"{unit.kind}_manager")
                for number in range(1, self.repairers_a_unit + 1):
                    yield self._person(f"{unit.key}:repairer:{number}", unit.key, "repairer")

    def office(self, role: str, dice: Dice) -> str:
        """The key of one of the branch's staff."""
        return f"branch:{role}:{dice.between(1, dict(_OFFICE)[role])}"

    def units(self, division: str) -> tuple[str, str]:
        """The agent and the department whose duty areas hold a division."""
        city, province = division[:4], division[:2]
        agent = next(n for n, cities in enumerate(self.agent_areas, start=1) if city in cities or division[:6] in cities)
        department = next(key for key, _zh, _en, provinces in _REGIONS if province in provinces)
        return f"agent:{agent}", f"department:{department}"

    def customers(self) -> Iterator[CustomerPlan]:
        """The customers that have projects, in order of their keys; as many as the counties allow, never more."""
        used = sorted({self._project_base(number)[:2] for number in range(self.projects)})
        for county, kind in used:
            yield self.customer(county, kind)

    def customer(self, county_number: int, kind_number: int) -> CustomerPlan:
        """A customer: an office of a county."""
        county = self.counties[county_number]
        kind, office = _CUSTOMER_KINDS[kind_number]
        dice = Dice(self.seed, "customer", county.code, kind)
        code = f"{county.code}{kind_number + 1}"
        return CustomerPlan(
            key=f"customer:{code}",
            number=f"KH{code}",
            name=f"示例·{county.name}{office}",
            kind=kind,  # type: ignore[arg-type]
            division=county.code,
            address=f"{county.name}{dice.pick(_ROADS)}{dice.between(1, 200)}号",
            contact=person_name(dice),
            phone=phone_number(dice),
            email=f"kh{code}@example.com",
            fax=f"010-0000{dice.below(10_000):04d}",
        )

    def project(self, number: int) -> ProjectPlan:
        """A project, which has eight sites in one county."""
        return self._project(number)[0]

    def site(self, number: int) -> SitePlan:
        """A site with its equipment."""
        project, county = self._project(number // SITES_A_PROJECT)
        dice = Dice(self.seed, "site", number)
        kind = _site_kinds().pick(dice)
        town, town_name = dice.pick(county.towns)
        lon, lat = self._position(county, town, dice)
        installed_on = min(project.signed_on + timedelta(days=dice.between(10, 60)), self.last_day)
        words = {"county": county.name, "town": town_name, "word": dice.pick(_WORDS)}
        return SitePlan(
            key=f"site:{number}",
            number=f"AZ{number + 1:07d}",
            name=dice.pick(kind.names).format(**words),
            kind=kind.key,
            division=town,
            address=f"{county.name}{town_name}{dice.pick(_ROADS)}{dice.between(1, 300)}号",
            lon=lon,
            lat=lat,
            accuracy=float(dice.between(3, 30)),
            project=project.key,
            customer=project.customer,
            host_unit=kind.host.format(**words),
            host=f"host:{number}" if kind.key in CHECK_KINDS else None,
            contact=person_name(dice),
            phone=phone_number(dice),
            installed_on=installed_on,
            equipment=self._equipment(number, installed_on, dice),
        )

    def stands(self, number: int, day: date) -> bool:
        """Whether a site has surely been installed by then; cheaper than the site itself."""
        return self.project(number // SITES_A_PROJECT).signed_on + timedelta(days=60) < day

    def _equipment(self, site: int, installed_on: date, dice: Dice) -> tuple[EquipmentPlan, ...]:
        few = (self.equipment_per_site + 1) // 2
        count = dice.between(few, 2 * self.equipment_per_site - few)
        stride = 2 * self.equipment_per_site
        pieces = tuple(self._piece(site, piece, site * stride + piece, installed_on, dice) for piece in range(count))
        if self.sites < FEW:
            return pieces
        spare = self._piece(site, count, site * stride + count, installed_on, Dice(self.seed, "spare", site))
        return with_lives(self.seed, site, pieces, replace(spare, model=pieces[0].model), last_day=self.last_day, zone=ZONE)

    def _piece(self, site: int, piece: int, number: int, installed_on: date, dice: Dice) -> EquipmentPlan:
        model = _models().pick(dice)
        produced_on = installed_on - timedelta(days=dice.between(20, 150))
        return EquipmentPlan(
            key=f"equipment:{site}:{piece}",
            number=f"CP{number + 1:08d}",
            serial=f"DEMO{number + 1:010d}",
            batch=f"{produced_on:%y%m}{dice.pick('ABC')}",
            model=model,
            produced_on=produced_on,
            installed_on=installed_on,
            warranty_until=months_later(installed_on, model.warranty_months),
            safe_life_until=months_later(installed_on, 12 * model.safe_life_years),
            label_number=number,
            label=make_code(number),
        )

    def _position(self, county: County, town: str, dice: Dice) -> tuple[float, float]:
        # A town keeps its place in the county whatever the seed; sites crowd around it.
        place = Dice("town", town)
        reach = 0.03 if county.name.endswith("区") else 0.09
        lon = county.lon + place.normal(reach) + dice.normal(0.004)
        lat = county.lat + place.normal(reach) + dice.normal(0.004)
        return round(lon, 6), round(lat, 6)

    def _project_base(self, number: int) -> tuple[int, int, Dice]:
        dice = Dice(self.seed, "project", number)
        return self._county_numbers.pick(dice), dice.pick((0, 0, 0, 1, 2)), dice

    def _make_project(self, number: int) -> tuple[ProjectPlan, County]:
        county_number, kind, dice = self._project_base(number)
        county = self.counties[county_number]
        # Three quarters stood before the history begins, some so long that their safe life ends; the others came in its course.
        if dice.chance(0.75):
            signed_on = self.first_day - timedelta(days=dice.between(70, 4 * 365))
            old = Dice(self.seed, "old", number)
            if old.chance(0.16):
                signed_on = self.first_day - timedelta(days=old.between(1900, 2300))
        else:
            signed_on = self.first_day + timedelta(days=dice.below(max(1, (self.last_day - self.first_day).days - 70)))
        pieces = SITES_A_PROJECT * self.equipment_per_site
        amount = Decimal(pieces * 2900 * dice.between(80, 130)) / 100
        project = ProjectPlan(
            key=f"project:{number}",
            number=f"GC{signed_on.year}{number + 1:06d}",
            name=f"示例·{county.name}全民健身工程{number + 1}期",
            kind=dice.pick(("path", "path", "path", "park", "court")) if kind != 2 else "school",
            division=county.code,
            amount=amount.quantize(Decimal("0.01")),
            customer=self.customer(county_number, kind).key,
            signed_on=signed_on,
        )
        return project, county

    @cached_property
    def _county_numbers(self) -> Weighted[int]:
        return Weighted(range(len(self.counties)), [county.weight for county in self.counties])

    @cached_property
    def _city_names(self) -> dict[str, str]:
        return {division.code: division.name_zh for division in divisions() if division.level == "city"}

    def _person(self, key: str, organisation: str, role: str) -> PersonPlan:
        dice = Dice(self.seed, "person", key)
        return PersonPlan(key, organisation, role, person_name(dice), phone_number(dice))


def _weight(code: str, name: str) -> float:
    # Nobody's figures: districts have more than counties, and some places far more than others.
    base = 3.0 if name.endswith("区") else 1.6 if name.endswith("市") else 1.0
    return base * (0.25 + 3 * Dice("county", code).share() ** 2)


@lru_cache(maxsize=1)
def _site_kinds() -> Weighted[SiteType]:
    kinds = vocabulary().sites
    return Weighted(kinds, [kind.weight for kind in kinds])


@lru_cache(maxsize=1)
def _models() -> Weighted[Model]:
    models: Sequence[Model] = vocabulary().models
    # The plain series outsells the sturdy one.
    return Weighted(models, [model.type.weight * (2 if model.number.startswith("DEMO-A") else 1) for model in models])
