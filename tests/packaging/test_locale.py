"""Catalogues: how they are merged, what stops a build, and that the Chinese ones are complete."""

import gettext
from pathlib import Path

import pytest

from shuhua_core import locale_build
from shuhua_core.kernel import i18n

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
TEMPLATE = '<p xmlns:i18n="http://xml.zope.org/namespaces/i18n" i18n:domain="house">{}</p>'


@pytest.fixture
def house(tmp_path):
    """A package with catalogues of its own; give them as room=text."""

    def make(**rooms):
        folder = tmp_path / "house" / "locale" / "zh_Hans"
        folder.mkdir(parents=True)
        for room, text in rooms.items():
            (folder / f"{room}.po").write_text(text if text.startswith("msgid") else HEADER + text, encoding="utf-8")
        return tmp_path / "house"

    return make


def entry(msgid, msgstr):
    return f'\nmsgid "{msgid}"\nmsgstr "{msgstr}"\n'


def read(path):
    with path.open("rb") as stream:
        return gettext.GNUTranslations(stream)


@pytest.mark.parametrize("package", locale_build.PACKAGES)
def test_every_text_has_a_chinese_translation(package):
    assert [str(use) for use in locale_build.missing(locale_build.ROOT / package, "zh_Hans")] == []


def test_the_files_of_all_rooms_become_one_catalogue(house):
    package = house(repairs=entry("Repair", "维修") + entry("Save", "保存"), tasks=entry("Task", "任务") + entry("Save", "保存"))
    (written,) = locale_build.compile_package(package)
    assert written == package / "locale" / "zh_Hans" / "LC_MESSAGES" / "house.mo"
    texts = read(written)
    assert [texts.gettext(msgid) for msgid in ("Repair", "Task", "Save")] == ["维修", "任务", "保存"]


def test_a_file_with_a_domain_of_its_own_becomes_a_catalogue_of_it(house):
    header = HEADER.replace('"Content-Type', '"X-Domain: colander\\n"\n"Content-Type')
    package = house(rooms=entry("Save", "保存"), colander=header + entry("Required", "必填"))
    written = {path.name: read(path) for path in locale_build.compile_package(package)}
    assert written.keys() == {"house.mo", "colander.mo"}
    assert written["colander.mo"].gettext("Required") == "必填"


@pytest.mark.parametrize(
    ("rooms", "complaint"),
    [
        ({"a": entry("Save", "保存"), "b": entry("Save", "存储")}, "translated as"),
        ({"a": entry("Task ${number} is late", "任务超期")}, "placeholders differ"),
        ({"a": entry("Task ${number} is late", "任务 ${nummer} 超期")}, "placeholders differ"),
        ({"a": entry("Save", "保存").replace("\nmsgid", "\n#, fuzzy\nmsgid", 1)}, "fuzzy"),
    ],
)
def test_a_catalogue_that_would_mislead_stops_the_build(house, rooms, complaint):
    with pytest.raises(locale_build.LocaleProblem, match=complaint):
        locale_build.compile_package(house(**rooms))


def test_texts_are_found_in_python_and_in_templates(house):
    package = house(rooms=entry("Known", "已知"))
    (package / "views.py").write_text('a = _("Known")\nb = _("Unknown ${x}", mapping={"x": 1})\n')
    translated = '<b i18n:translate="">Read <i i18n:name="who">${name}</i></b><i title="Tip" i18n:attributes="title"/>'
    (package / "page.pt").write_text(TEMPLATE.format(translated))
    found = [str(use) for use in locale_build.missing(package, "zh_Hans")]
    assert found == ["house/page.pt:1: Read ${who}", "house/page.pt:1: Tip", "house/views.py:2: Unknown ${x}"]


@pytest.mark.parametrize(
    ("name", "source", "problem"),
    [
        ("views.py", '_(f"Task {number}")', "plain text"),
        ("page.pt", TEMPLATE.format('<b i18n:translate="">Task ${number}</b>'), "filled in before translation"),
        ("page.pt", TEMPLATE.format('<b i18n:translate="">Task <i>x</i></b>'), "needs i18n:name"),
        ("page.pt", TEMPLATE.format('<b i18n:translate="">Task</b>').replace("house", "other"), 'i18n:domain="house"'),
    ],
)
def test_a_text_that_could_never_be_translated_is_named(house, name, source, problem):
    package = house(rooms=entry("x", "y"))
    (package / name).write_text(source)
    assert problem in "\n".join(str(use) for use in locale_build.missing(package, "zh_Hans"))


def test_a_text_is_translated_with_its_values_and_theirs(monkeypatch, house):
    package = house(rooms=entry("Task ${number} is ${state}", "任务 ${number} ${state}") + entry("late", "超期"))
    locale_build.compile_package(package)
    monkeypatch.setattr(i18n, "find_spec", lambda name: type("Spec", (), {"submodule_search_locations": [str(package)]}))
    i18n.catalogue.cache_clear()
    _ = i18n.string_factory("house")
    text = _("Task ${number} is ${state}", mapping={"number": "RW1", "state": _("late")})
    try:
        assert i18n.translator("zh_Hans")(text) == "任务 RW1 超期"
        assert i18n.translator("en")(text) == "Task RW1 is late"
        assert i18n.translator("zh_Hans")("plain") == "plain"
    finally:
        i18n.catalogue.cache_clear()


def test_a_locale_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="zh_CN"):
        i18n.translator("zh_CN")


def test_a_text_without_a_translation_stays_english():
    assert i18n.translator("zh_Hans")(i18n._("Nobody says ${this}", mapping={"this": "that"})) == "Nobody says that"


def test_every_message_of_colander_is_translated():
    import colander

    locale_build.compile_package(locale_build.ROOT / "shuhua_core")
    i18n.catalogue.cache_clear()
    source = Path(colander.__file__).read_text(encoding="utf-8")
    msgids = {use.msgid for use in locale_build.python_uses(source, "colander") if not use.problem}
    assert "Required" in msgids
    into_chinese = i18n.translator("zh_Hans")
    assert [msgid for msgid in msgids if into_chinese(colander._(msgid)) == msgid] == []
