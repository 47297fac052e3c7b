"""An article, and for whom it is."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..kernel.db import Base
from ..kernel.scope import ScopeColumns
from ..kernel.types import BigInt, code_string

SECTIONS = {
    "products": ("最新产品", "New products"),
    "news": ("公司动态", "Company news"),
    "tips": ("运动小知识", "Sports tips"),
}
AUDIENCES = {
    "everybody": ("所有人（含公众）", "Everybody, the public too"),
    "signed_in": ("所有用户", "Everybody with an account"),
    "chosen": ("指定角色或机构", "Chosen roles or organisations"),
}


class Article(Base):
    """One article in Chinese, and in English where somebody has written it."""

    __tablename__ = "articles"
    __table_args__ = (Index("ix_articles_published", "state", "published_at"),)
    __scope__: ClassVar[ScopeColumns] = ScopeColumns("article")

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(40), unique=True)
    section: Mapped[str] = mapped_column(String(20))
    """One of :data:`SECTIONS`."""
    title_zh: Mapped[str] = mapped_column(String(80))
    title_en: Mapped[str | None] = mapped_column(String(120))
    body_zh: Mapped[str] = mapped_column(Text)
    """Simple Markdown: headings, lists, bold, links, quotations."""
    body_en: Mapped[str | None] = mapped_column(Text)
    audience: Mapped[str] = mapped_column(String(20))
    """One of :data:`AUDIENCES`; those chosen stand in :class:`ArticleReader`."""
    state: Mapped[str] = mapped_column(String(20), index=True)
    state_before: Mapped[str | None] = mapped_column(String(20))
    workflow_version: Mapped[int] = mapped_column(default=1)
    publish_at: Mapped[datetime | None]
    """When it is to be published, while that lies ahead."""
    published_at: Mapped[datetime | None]
    author_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    readers: Mapped[list[ArticleReader]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    def title(self, locale: str) -> str:
        """The title in the language, as far as there is one."""
        return self.title_en if locale == "en" and self.title_en else self.title_zh

    def body(self, locale: str) -> str:
        """The text in the language, as far as there is one."""
        return self.body_en if locale == "en" and self.body_en else self.body_zh


class ArticleReader(Base):
    """A role, or an organisation with all below it, whose people an article is for."""

    __tablename__ = "article_readers"

    article_id: Mapped[int] = mapped_column(BigInt, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    """``role`` or ``organisation``."""
    value: Mapped[str] = mapped_column(code_string(200), primary_key=True)
    """A role's code, or an organisation's path."""
