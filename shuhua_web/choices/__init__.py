"""Choice lists: the pages on which the office keeps them, and what phones read of them."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_route("choices.list", "/choices")
    config.add_route("choices.edit", r"/choices/words/{id:\d+}")
    config.add_route("choices.act", r"/choices/words/{id:\d+}/{action:up|down|retire|restore|remove}")
    config.add_route("choices.view", "/choices/{name:[a-z_]+}")
    config.add_route("choices.new", "/choices/{name:[a-z_]+}/new")
    config.add_api_route("api.choices.list", "/choices")
    config.add_api_route("api.choices.word", r"/choices/words/{id:\d+}")
    config.add_api_route("api.choices.act", r"/choices/words/{id:\d+}/actions/{action}")
    config.add_api_route("api.choices.new", "/choices/{name}/words")
    config.scan("shuhua_web.choices")
