"""What happens to articles."""

from enum import StrEnum


class ArticleEvent(StrEnum):
    """Names of the room's events."""

    CREATED = "articles.created"
    """An article was written, as a draft."""
    EDITED = "articles.edited"
    """It was changed; ``changes`` say what."""
    PUBLISHED = "articles.published"
    """Its audience can read it now, and is told."""
    SCHEDULED = "articles.scheduled"
    """It will be published at a set time. ``values``: publish_at."""
    WITHDRAWN = "articles.withdrawn"
    """Nobody but the editors can read it any more."""
