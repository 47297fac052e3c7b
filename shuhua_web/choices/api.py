"""Choice lists over the API: all of them for phones, which go on without a network, and their words for who keeps them."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.choices.lists import lists
from shuhua_core.choices.schema import NewWord, WordPatch
from shuhua_core.choices.service import ChoiceService
from shuhua_core.kernel.choice_store import ChoiceEntry
from shuhua_core.kernel.choices import book
from shuhua_core.kernel.errors import Conflict, NotAllowed, NotFound, WrongState
from shuhua_core.kernel.schema import InputSchema, Text, deserialize

from ..api import Out, Reply, Serializer, Variant, api_view, record_id
from ..api.parameters import Parameter
from ..security import SIGNED_IN

TAG = "choices"
OFFERED = Serializer(
    "OfferedWord",
    [
        Out("code", "string"),
        Out("zh", "string"),
        Out("en", "string"),
        Out("retired_at", "moment", nullable=True, description="Since when new entries may not choose it."),
        Out(
            "applies_to",
            ["string"],
            lambda word: sorted(word.applies_to),
            description="Types of equipment that it is offered for; none: for all.",
        ),
    ],
)
LIST = Serializer("ChoiceList", [Out("name", "string"), Out("zh", "string"), Out("en", "string"), Out("words", [OFFERED])])
LISTS = Serializer(
    "ChoiceLists",
    [Out("token", "string", description="Another one after each change."), Out("items", [LIST])],
    description="All lists with all words in their order. Nothing in `items` while `known` is the token.",
)
WORD = Serializer(
    "ChoiceWord",
    [
        Out("id", "integer"),
        Out("list", "string", lambda entry: entry.list_name),
        Out("code", "string"),
        Out("zh", "string"),
        Out("en", "string"),
        Out("position", "integer"),
        Out("applies_to", ["string"], lambda entry: entry.applies_to or []),
        Out("parent", "string", nullable=True),
        Out("note", "string", nullable=True),
        Out("retired_at", "moment", nullable=True),
        Out("version", "integer"),
    ],
    description="A word of a choice list.",
)
ACTIONS = {
    "up": Variant(None, "Move a word up", "One place, among those in use."),
    "down": Variant(None, "Move a word down", "One place, among those in use."),
    "retire": Variant(None, "Retire a word", "New entries may not choose it any more; records that have it keep it."),
    "restore": Variant(None, "Take a word back into use"),
    "remove": Variant(None, "Remove a word that no record has"),
}


@api_view(
    route_name="api.choices.list",
    method="GET",
    permission=SIGNED_IN,
    tag=TAG,
    summary="Read all choice lists",
    parameters=[Parameter("known", Text(36), "The token under which the caller has them already.")],
    answer=LISTS,
)
def read(request: Request) -> dict[str, Any]:
    """All lists, from the process's memory."""
    held = book()
    if request.arguments["known"] == held.token:
        return {"token": held.token, "items": []}
    items = [LIST.one(each, words=OFFERED.many(held.lists.get(each.name, {}).values())) for each in lists().values()]
    return {"token": held.token, "items": items}


@api_view(
    route_name="api.choices.new",
    method="POST",
    permission=Permission.CHOICES_EDIT,
    tag=TAG,
    summary="Add a word to a choice list",
    body=NewWord,
    answer=WORD,
    status=201,
    idempotent=True,
    errors=(NotAllowed, NotFound, Conflict),
)
def add(request: Request, body: dict[str, Any]) -> Reply:
    """A new word, by who keeps the list."""
    made = request.service(ChoiceService).add(request.matchdict["name"], body)
    return Reply(WORD.one(made), location=request.route_path("api.choices.word", id=made.id))


@api_view(
    route_name="api.choices.word",
    method="GET",
    permission=Permission.CHOICES_EDIT,
    tag=TAG,
    summary="Read a word of a choice list",
    answer=WORD,
)
def view(request: Request) -> dict[str, Any]:
    """One word."""
    return WORD.one(request.service(ChoiceService).word(record_id(request)))


@api_view(
    route_name="api.choices.word",
    method="PATCH",
    permission=Permission.CHOICES_EDIT,
    tag=TAG,
    summary="Change what a word is called",
    body=WordPatch,
    answer=WORD,
    versioned="required",
    errors=(NotAllowed,),
)
def change(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Another name; the code stays."""
    entry = request.service(ChoiceService).change(record_id(request), body, expected_version=request.seen_version)
    return WORD.one(entry)


def _variants(_request: Request) -> dict[str, Variant]:
    return ACTIONS


@api_view(
    route_name="api.choices.act",
    method="POST",
    permission=Permission.CHOICES_EDIT,
    tag=TAG,
    summary="Act on a word",
    variants=_variants,
    answer=WORD,
    idempotent=True,
    versioned="optional",
    errors=(NotAllowed, WrongState, Conflict),
)
def act(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Move, retire, restore or remove a word; the answer shows it as it is now, or was."""
    service, action = request.service(ChoiceService), request.matchdict["action"]
    entry = service.own_word(record_id(request))
    if action not in ACTIONS:
        raise NotFound
    deserialize(InputSchema, body)
    return WORD.one(carry_out(service, entry.id, action, request.seen_version))


def carry_out(service: ChoiceService, entry_id: int, action: str, version: int | None) -> ChoiceEntry:
    """Take one of :data:`ACTIONS`. Raises what the service raises."""
    if action in {"up", "down"}:
        return service.move(entry_id, -1 if action == "up" else 1, expected_version=version)
    if action == "remove":
        return service.remove(entry_id, expected_version=version)
    return (service.retire if action == "retire" else service.restore)(entry_id, expected_version=version)
