"""Inputs of articles."""

from __future__ import annotations

from ..archives.records import patch_of
from ..kernel.i18n import _
from ..kernel.schema import Choice, InputSchema, Items, Moment, RecordId, Text, field
from .models import AUDIENCES, SECTIONS

LONGEST = 20_000


class ArticleCreate(InputSchema):
    """An article as it is written."""

    section = field(Choice(SECTIONS), _("Section"), required=True)
    title_zh = field(Text(80, 2), _("Title in Chinese"), required=True)
    body_zh = field(
        Text(LONGEST, 2, multiline=True),
        _("Text in Chinese"),
        required=True,
        help=_("## heading, - list, **bold**, [link](https://…), > quotation"),
    )
    title_en = field(Text(120, 2), _("Title in English"))
    body_en = field(Text(LONGEST, 2, multiline=True), _("Text in English"))
    audience = field(Choice(AUDIENCES), _("For whom"), default="everybody")
    roles = field(Items(Text(40), 40), _("Roles"), help=_("Where it is for chosen roles or organisations."))
    organisation_ids = field(Items(RecordId("organisation"), 100), _("Organisations"), help=_("With all that belong to them."))
    media_ids = field(Items(RecordId("media"), 9), _("Pictures"))


ArticlePatch = patch_of(ArticleCreate, name="ArticlePatch")


class Schedule(InputSchema):
    """When an article is to be published."""

    publish_at = field(Moment(), _("Publish at"), required=True)


ACTION_SCHEMAS: dict[str, type[InputSchema]] = {"Schedule": Schedule}
"""The schemas that the workflow table names."""
