"""Who may see a picture: whoever may see what it hangs on; until then only its uploader.

What waits in quarantine is seen by those who may decide on it: nobody else, and not by whoever sent it, whose rights have ended.
"""

from __future__ import annotations

from pyramid.request import Request
from sqlalchemy import exists, select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import NotFound
from shuhua_core.kernel.scope import visible
from shuhua_core.media.models import HELD, MediaFile, MediaLink
from shuhua_core.quarantine.models import HeldRequest
from shuhua_core.tasks.models import RepairTask, Task


def visible_media(request: Request, media_id: int) -> MediaFile:
    """The picture, if the caller may see it. Raises NotFound.

    That is any of the records that it is shown on. A task shows the pictures of the requests that it serves, so whoever may see
    the task may see them.
    """
    session, actor = request.ctx.session, request.actor
    media = session.get(MediaFile, media_id)
    if media is None:
        raise NotFound
    if media.record_kind is None:
        if actor.user_id is None or media.uploader_id != actor.user_id:
            raise NotFound
        return media
    links = select(MediaLink.record_kind, MediaLink.record_id).where(MediaLink.media_id == media.id)
    for kind, record_id in [(media.record_kind, media.record_id), *session.execute(links).all()]:
        if _sees(request, kind, record_id):
            return media
    raise NotFound


def _sees(request: Request, kind: str, record_id: int) -> bool:
    """Whether the caller may see what a picture hangs on or is shown on."""
    session, actor = request.ctx.session, request.actor
    if kind == HELD:
        mine_to_decide = (visible(HeldRequest, actor, Permission.QUARANTINE_DECIDE), HeldRequest.user_id != actor.user_id)
        return session.scalar(select(exists().where(HeldRequest.id == record_id, *mine_to_decide))) is True
    known = request.registry.feed_kinds.get(kind)
    if known is not None:
        model, permission = known
        if session.scalar(select(exists().where(model.id == record_id, visible(model, actor, permission)))):
            return True
    if kind == "repair":
        serving = select(Task.id).join(RepairTask, RepairTask.task_id == Task.id).where(RepairTask.repair_id == record_id)
        return session.scalar(serving.where(visible(Task, actor, "tasks.view")).limit(1)) is not None
    return False
