"""Rooms import only to their left; the domain knows nothing of HTTP; plugins know nothing but the room of plugins."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.architecture.source import PACKAGES, ROOT, Module, files, imports, modules, read

ORDER: tuple[tuple[str, ...], ...] = (
    ("kernel",),
    ("plugins",),
    ("accounts", "audit"),
    ("media", "lists"),
    ("quarantine", "choices"),
    ("fields", "calendars", "jobs"),
    ("places",),
    ("archives",),
    ("sites",),
    ("imports",),
    ("repairs",),
    ("tasks",),
    ("quotations",),
    ("inspections", "followups", "parts"),
    ("messages", "articles"),
    ("reports",),
)
"""The rooms from left to right; those of one step may know each other in one direction only."""

STEP = {room: step for step, rooms in enumerate(ORDER) for room in rooms}

ABOVE = {
    "models", "reactions", "deliveries", "house", "seed", "worker", "cli", "commands", "datasets", "testing", "migrations",
    "revision",
    "migrate", "demo", "logs", "timetable", "locale_build", "workflow_docs", "privacy", "",
}  # fmt: skip
"""What stands above the rooms in the core, and what nobody imports: no room may know these."""

PLUMBING = {
    "api", "assets", "context", "database_errors", "errors", "formats", "forms", "headers", "health", "i18n",
    "layout", "limits", "listing",
    "locale", "logging", "merged", "office", "overtaken", "paper", "records", "routing", "security", "security_log",
    "templates", "widgets", "frontend", "static",
}  # fmt: skip
"""Parts of the web that belong to no room: they serve all of them."""

WEB_ONLY = {
    "system": "how the machinery behind the screens is doing",
    "map": "sites and requests on one map",
    "mobile": "the phone app: what starts it, and what it keeps to go on without a network",
    "public": "pages behind labels and tokens",
}
"""Web rooms without a room of the same name in the core, and what they are."""

ACROSS = {"abuse": "what attackers try, on all rooms"}
"""Folders of tests that belong to no room."""

HTTP = {
    "chameleon", "deform", "paste", "peppercorn", "plaster", "plaster_pastedeploy", "pyramid", "pyramid_chameleon",
    "pyramid_retry", "pyramid_tm", "shuhua_web", "venusian", "waitress", "webob", "webtest",
}  # fmt: skip


def room_of(dotted: str) -> str:
    """The second part of a dotted name."""
    return [*dotted.split("."), ""][1]


def against_the_order(found: Iterable[Module]) -> list[str]:
    """Imports of rooms of the core to their right, sideways in both directions, or up out of the rooms."""
    complaints, sideways = [], set()
    for module in found:
        if module.room in ABOVE:
            continue
        if module.room not in STEP:
            complaints.append(f"{module.name} is in no room and not above them")
            continue
        for name in imports(module):
            other = room_of(name)
            if not name.startswith("shuhua_core.") or other == module.room:
                continue
            if other not in STEP:
                complaints.append(f"{module.name} imports {name}, which stands above the rooms")
            elif STEP[other] > STEP[module.room]:
                complaints.append(f"{module.name} imports {name}, to its right")
            elif STEP[other] == STEP[module.room]:
                sideways.add((module.room, other))
    complaints += [
        f"{one} and {other} import each other" for one, other in sorted(sideways) if one < other and (other, one) in sideways
    ]
    return complaints


def http_in(found: Iterable[Module]) -> list[str]:
    """Imports of anything that has to do with HTTP."""
    return [f"{module.name} imports {name}" for module in found for name in imports(module) if name.split(".")[0] in HTTP]


def web_against_the_order(found: Iterable[Module]) -> list[str]:
    """Imports between rooms of the web to their right, or of a room by what serves all of them."""
    complaints = []
    for module in found:
        for name in imports(module):
            one, other = module.room, room_of(name)
            if not name.startswith("shuhua_web.") or one == other or other in PLUMBING or not one:
                continue
            if one in PLUMBING - {"office"} and (other in STEP or other in WEB_ONLY):
                complaints.append(f"{module.name} serves all rooms, but imports {name}")
            elif STEP.get(other, -1) > STEP.get(one, len(ORDER)):
                complaints.append(f"{module.name} imports {name}, to its right")
    return complaints


def strangers_in_the_web(rooms: Iterable[str]) -> list[str]:
    """Folders of the web that are neither a room of the core nor known otherwise."""
    return sorted(room for room in rooms if room not in STEP and room not in PLUMBING and room not in WEB_ONLY)


def beyond_the_contract(found: Iterable[Module]) -> list[str]:
    """Imports of a plugin beyond the room that is made for it."""
    return [
        f"{module.name} imports {name}"
        for module in found
        for name in imports(module)
        if name.split(".")[0] in PACKAGES and not name.startswith("shuhua_core.plugins.")
    ]


def folders(*parts: str) -> list[str]:
    """Names of the folders there that hold something of ours."""
    here = ROOT.joinpath(*parts)
    return [path.name for path in here.iterdir() if path.is_dir() and files(path, ".py", ".pt")]


def plugin_modules() -> list[Module]:
    """Modules of the plugins that lie beside the packages, without their tests."""
    found = [path for path in files(ROOT / "plugins", ".py") if "tests" not in path.relative_to(ROOT).parts]
    return [read(".".join(path.relative_to(ROOT / "plugins").parts[1:]).removesuffix(".py"), path.read_text()) for path in found]


def test_rooms_import_only_rooms_to_their_left():
    assert against_the_order(modules("shuhua_core")) == []


def test_the_core_has_no_http():
    assert http_in(modules("shuhua_core")) == []


def test_nothing_but_tests_imports_the_test_support():
    allowed = {"testing"}
    found = [module for package in PACKAGES for module in modules(package) if module.room not in allowed]
    assert [f"{m.name} imports {name}" for m in found for name in imports(m) if name.startswith("shuhua_core.testing")] == []


def test_rooms_of_the_web_import_only_to_their_left_and_plumbing_imports_no_room():
    assert web_against_the_order(modules("shuhua_web")) == []


def test_rooms_of_the_web_bear_the_names_of_the_core():
    assert strangers_in_the_web(folders("shuhua_web")) == []


@pytest.mark.parametrize("floor", ["core", "web"])
def test_the_tests_mirror_the_rooms(floor):
    known = {*STEP, *ABOVE, *ACROSS, *(PLUMBING | WEB_ONLY.keys() if floor == "web" else ())}
    assert [name for name in folders("tests", floor) if name not in known] == []


def test_plugins_import_only_the_room_of_plugins():
    found = plugin_modules()
    assert found
    assert beyond_the_contract(found) == []


PLANTED = [
    (against_the_order, "shuhua_core.repairs.service", "from ..tasks.models import Task"),
    (against_the_order, "shuhua_core.repairs.service", "def late():\n    from shuhua_core.tasks import models"),
    (against_the_order, "shuhua_core.tasks.service", "from .. import reactions"),
    (against_the_order, "shuhua_core.kernel.db", "import shuhua_core.accounts.models"),
    (against_the_order, "shuhua_core.helpers", "X = 1"),
    (http_in, "shuhua_core.tasks.service", "from pyramid.request import Request"),
    (http_in, "shuhua_core.cli", "def serve():\n    import shuhua_web"),
    (web_against_the_order, "shuhua_web.sites.views", "from ..tasks.listing import TASKS"),
    (web_against_the_order, "shuhua_web.forms", "from .tasks import views"),
    (beyond_the_contract, "shuhua_channel_bad", "from shuhua_core.kernel.db import Database"),
]


@pytest.mark.parametrize(("law", "name", "text"), PLANTED)
def test_a_planted_violation_is_found(law, name, text):
    assert law([read(name, text)])


def test_planted_neighbours_that_import_each_other_are_found():
    one = read("shuhua_core.accounts.x", "from ..audit import record")
    other = read("shuhua_core.audit.x", "from ..accounts import models")
    assert against_the_order([one]) == []
    assert against_the_order([one, other]) == ["accounts and audit import each other"]


def test_a_planted_folder_of_another_name_is_found():
    assert strangers_in_the_web(["tasks", "orders", "api"]) == ["orders"]


def test_what_is_allowed_passes():
    assert against_the_order([read("shuhua_core.tasks.reactions", "from ..repairs.service import RepairService")]) == []
    assert beyond_the_contract([read("shuhua_channel_good", "from shuhua_core.plugins import hookimpl")]) == []
