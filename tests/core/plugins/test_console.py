import logging

from shuhua_core.plugins.manager import build_plugin_manager
from shuhua_core.plugins.settings import PluginSettings


def console(settings):
    return build_plugin_manager(PluginSettings(own={"console": settings}), load_entry_points=False).channels["console"]


def test_the_log_gets_the_event_and_the_id_but_no_person(notice, caplog, capsys):
    with caplog.at_level(logging.DEBUG):
        console({}).send(notice)
    assert "tasks.allocated m-0001" in caplog.text
    for personal in ("张三", "13900001234", "RW20261122-0001"):
        assert personal not in caplog.text
    assert capsys.readouterr().out == ""


def test_the_whole_text_is_shown_only_when_the_settings_allow(notice, capsys):
    console({"show_text": "true"}).send(notice)
    shown = capsys.readouterr().out
    assert "张三: 新工单" in shown
    assert "https://service.example.cn/tasks/1" in shown
