"""How a task was completed, beyond its own columns: parts, opinion and signature, which stand in the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyramid.request import Request

from shuhua_core.kernel.schema import Text
from shuhua_core.kernel.steps import Step, steps_of
from shuhua_core.media.models import MediaFile
from shuhua_core.media.service import MediaService
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.schema import PARTS_AT_MOST

from ..i18n import _
from ..widgets import TextWidget

COLUMNS = ("name", "old_number", "new_number")


class PartsWidget(TextWidget):
    """Parts as lines: name, number of the old part, number of the new one."""

    def __init__(self) -> None:
        super().__init__(Text(PARTS_AT_MOST * 200, multiline=True), placeholder=_("One a line: part, old number, new number"))

    def shown(self, value: Any) -> str:
        """One part a line."""
        return "\n".join(", ".join(str(part.get(each) or "") for each in COLUMNS).rstrip(", ") for part in value or [])

    def parsed(self, text: str) -> list[dict[str, str | None]]:
        """The lines as parts; commas may be Chinese ones."""
        lines = [line.replace("\uff0c", ",").split(",", 2) for line in text.splitlines() if line.strip(" ,\uff0c")]
        return [{name: value.strip() or None for name, value in zip(COLUMNS, [*line, "", ""], strict=False)} for line in lines]


def completion(steps: Sequence[Step]) -> Mapping[str, Any]:
    """What was entered when the work ended the last time; nothing before that."""
    return next((step.input or {} for step in reversed(steps) if step.action == "complete"), {})


def completion_of(request: Request, task: Task) -> Mapping[str, Any]:
    """The same for a task whose steps were not read yet."""
    return completion(steps_of(request.ctx.session, "task", task.id)) if task.result else {}


def parts_text(request: Request, entered: Mapping[str, Any]) -> str:
    """The replaced parts, one a line."""
    return "\n".join(_part(request, part) for part in entered.get("parts") or [])


def _part(request: Request, part: Mapping[str, Any]) -> str:
    numbers = [
        request.tr(
            _("${old} replaced by ${new}", mapping={"old": part.get("old_number") or "-", "new": part.get("new_number") or "-"})
        )
        if part.get("old_number") or part.get("new_number")
        else "",
        {True: request.tr(_("in warranty")), False: request.tr(_("out of warranty")), None: ""}[part.get("in_warranty")],
    ]
    return " ".join([part["name"], *(each for each in numbers if each)])


def pictures(request: Request, task: Task, entered: Mapping[str, Any], before: str, after: str) -> list[tuple[MediaFile, str]]:
    """The task's pictures with a line below each, those before the repair first; the signature is none."""
    found = MediaService(request.ctx).of_records({"task": [task.id]})["task", task.id]
    first = set(entered.get("before_media_ids") or [])
    shown = [each for each in found if each.id != entered.get("signature_media_id")]
    return [(each, before) for each in shown if each.id in first] + [(each, after) for each in shown if each.id not in first]
