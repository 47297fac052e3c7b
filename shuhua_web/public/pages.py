"""What the public pages have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyramid.csrf import get_csrf_token
from pyramid.renderers import get_renderer, render
from pyramid.request import Request

from shuhua_core.archives.models import ProductModel
from shuhua_core.media.service import MediaService
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.sites.models import Equipment
from shuhua_core.sites.states import PUBLIC_WORDS

from ..layout import TONES

FRAME = "shuhua_web:public/templates/frame.pt"


def page(request: Request, title: Any, **values: Any) -> dict[str, Any]:
    """What a template of this room takes."""
    return {
        "title": title,
        "frame": get_renderer(FRAME).implementation().macros["page"],
        "hotline": request.deployment.settings.hotline,
        **values,
    }


def error_page(request: Request, problem: Mapping[str, Any], _href: str | None = None) -> str:
    """The page of an error for somebody who has no desk to go back to."""
    return str(render("shuhua_web:public/templates/error.pt", page(request, problem["title"], problem=problem), request=request))


def visitor(request: Request) -> str:
    """What tells this visitor from others: the token that their cookie stands for."""
    return f"form:{get_csrf_token(request)}"


def state_of(request: Request, state: str) -> tuple[str, str]:
    """(words, class) of a piece's state."""
    found = EQUIPMENT_WORKFLOW.states[state]
    return PUBLIC_WORDS[state].said(request.locale_name), TONES.get(found.tone, "ended")


def name_of(request: Request, piece: Equipment, model: ProductModel | None) -> str:
    """A piece's name in the visitor's language, as far as its model has one."""
    return model.name_en if request.locale_name == "en" and model is not None and model.name_en else piece.name


def picture_of(request: Request, piece: Equipment) -> str | None:
    """The address of a picture that shows what the piece is: of its model, else the first of its own."""
    found = MediaService(request.ctx).of_records({"model": [piece.model_id], "equipment": [piece.id]})
    media = [*found["model", piece.model_id], *found["equipment", piece.id]]
    first = next((each for each in media if each.kind == "photo" and each.state == "ready"), None)
    return request.route_path("public.picture", piece=piece.id, id=first.id) if first else None


def sent_position(request: Request) -> dict[str, Any] | None:
    """The position that the page's button has filled in; None without one, or where it makes no sense."""
    try:
        longitude, latitude = float(request.POST["longitude"]), float(request.POST["latitude"])
        accuracy = float(request.POST.get("accuracy") or 0)
    except (KeyError, ValueError):
        return None
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90 and 0 <= accuracy <= 100_000):
        return None
    return {"longitude": longitude, "latitude": latitude, "accuracy": accuracy, "datum": "wgs84", "source": "gps"}
