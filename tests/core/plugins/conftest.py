"""Plain values that tests of plugins send around."""

import io
from datetime import UTC, datetime
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from shuhua_core.kernel import i18n
from shuhua_core.plugins import Notice, NoticeText, Recipient

HOSTILE_FOLDER = Path(__file__).parent / "hostile"


@pytest.fixture
def notice():
    """A notice to an invented person."""
    return Notice(
        message_id="m-0001",
        event="tasks.allocated",
        recipient=Recipient(name="张三", phone="13900001234"),
        text=NoticeText("新工单", "请接收 RW20261122-0001", "https://service.example.cn/tasks/1"),
        created_at=datetime(2026, 11, 22, 8, 56, tzinfo=UTC),
    )


@pytest.fixture
def hostile(monkeypatch):
    """Makes the hostile plugins importable, here and in the processes of plugins."""
    monkeypatch.syspath_prepend(str(HOSTILE_FOLDER))
    return lambda *names: {name.replace("_", "-"): f"hostile_plugins:{name}" for name in names}


@pytest.fixture
def chinese(monkeypatch):
    """The Chinese texts of this room straight from their source, whether or not the catalogues were compiled."""
    compiled = io.BytesIO()
    with (Path(i18n.__file__).parents[1] / "locale" / "zh_Hans" / "plugins.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale="zh_Hans"))
    compiled.seek(0)
    translations = GNUTranslations(compiled)
    monkeypatch.setattr(i18n, "catalogue", lambda _domain, locale: translations if locale == "zh_Hans" else NullTranslations())
    i18n.translator.cache_clear()
    yield
    i18n.translator.cache_clear()
