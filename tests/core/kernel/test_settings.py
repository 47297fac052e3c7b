from datetime import timedelta
from pathlib import Path

import pytest

from shuhua_core.kernel.errors import ConfigurationError
from shuhua_core.kernel.settings import from_mapping

GOOD = {"shuhua.database_url": "sqlite:////srv/shuhua.sqlite", "shuhua.secret": "s" * 40}


def wrong(**values):
    with pytest.raises(ConfigurationError) as refused:
        from_mapping({**GOOD, **{f"shuhua.{name}": value for name, value in values.items()}})
    return refused.value.message.interpolate()


def test_defaults_suffice():
    settings = from_mapping(GOOD)
    assert settings.zone == "Asia/Shanghai"
    assert settings.time_to_finish("urgent") == timedelta(hours=24)
    assert not settings.secure


def test_values_are_read_by_their_types():
    settings = from_mapping(
        {
            **GOOD,
            "shuhua.urgent_hours": " 8 ",
            "shuhua.demo": "yes",
            "shuhua.media_path": "/srv/media",
            "shuhua.busy_seconds": "2.5",
        }
    )
    assert (settings.urgent_hours, settings.demo, settings.media_path, settings.busy_seconds) == (
        8,
        True,
        Path("/srv/media"),
        2.5,
    )


def test_the_environment_wins():
    settings = from_mapping(GOOD, {"SHUHUA_LOCALE": "en", "PATH": "/bin", "SHUHUA_SETTINGS": "x.ini"})
    assert settings.locale == "en"


def test_other_keys_of_the_file_are_left_alone():
    assert from_mapping({**GOOD, "use": "egg:shuhua", "pyramid.reload_templates": "true"}).locale == "zh_Hans"


def test_a_misspelt_key_is_refused_with_the_right_one():
    assert "shuhua.urgent_hours" in wrong(urgnet_hours="3")


def test_each_plugin_has_settings_of_its_own():
    settings = from_mapping({**GOOD, "plugin.sms.key": "a", "plugin.map.key": "b"})
    assert settings.plugins == {"sms": {"key": "a"}, "map": {"key": "b"}}


@pytest.mark.parametrize(
    "values",
    [
        {"urgent_hours": "soon"},
        {"urgent_hours": "0"},
        {"urgent_hours": "-1"},
        {"demo": "perhaps"},
        {"zone": "Mars/Olympus"},
        {"zone": "../etc/passwd"},
        {"locale": "zh"},
        {"secret": "short"},
        {"origin": "service.example.com"},
        {"origin": "https://service.example.com/office"},
        {"database_url": "mysql://x"},
        {"database_url": ""},
        {"number_rule": "{prefix}{day}"},
    ],
)
def test_what_is_wrong_is_refused_by_name(values):
    (name,) = values
    assert f"shuhua.{name}" in wrong(**values)


def test_a_plugin_key_without_a_name_is_refused():
    with pytest.raises(ConfigurationError):
        from_mapping({**GOOD, "plugin.sms": "a"})


def test_no_message_carries_the_secret():
    assert "hunter2" not in wrong(secret="hunter2")
