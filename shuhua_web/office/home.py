"""The first page of everybody: figures, what waits for them, what they may do."""

from __future__ import annotations

import json
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from shuhua_web.i18n import _
from shuhua_web.security import PUBLIC

from .abilities import abilities
from .cards import HomeCard


@view_config(route_name="home", request_method="GET", permission=PUBLIC, renderer="shuhua_web:templates/home.pt")
def home(request: Request) -> Any:
    """The desk; who has not signed in is asked to."""
    if request.actor.kind != "user":
        return HTTPSeeOther(request.route_path("sign_in"))
    cards = [card for card in (provider(request) for provider in request.registry.home_cards) if card is not None]
    return {
        "title": _("Desk"),
        "figures": [figure for card in cards for figure in card.figures],
        "cards": [card for card in cards if _has_body(card)],
        "abilities": abilities(request),
        "as_json": lambda value: json.dumps(value, ensure_ascii=False),
        "most": lambda states: max((count for _badge, count, _href in states), default=1),
    }


def _has_body(card: HomeCard) -> bool:
    return bool(card.states or card.finished or card.lines or card.chart or card.map or card.empty)
