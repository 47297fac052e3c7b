"""What happens to sites and equipment."""

from enum import StrEnum


class SiteEvent(StrEnum):
    """Names of the events of sites."""

    CREATED = "sites.created"
    """A site was registered."""
    EDITED = "sites.edited"
    """A site was changed; ``changes`` say what."""
    MERGED = "sites.merged"
    """A site that was the same as this one went into it. ``values``: merged_id, merged_number, and what moves: ``moved``
    (table -> ids) and ``counts``. Told before the rows move."""
    GONE = "sites.gone"
    """A site went into another one; ``changes`` keep what it was. ``values``: merged_into_id, merged_into_number."""
    STATE_CHANGED = "sites.state_changed"
    """The worst state of its pieces is another one now."""
    PHONE_REVEALED = "sites.phone_revealed"
    """Somebody was shown the whole phone number of a site's contact."""


class EquipmentEvent(StrEnum):
    """Names of the events of equipment; each but the first two and ``ENDS_RECKONED`` comes from a row of ``workflow.toml``."""

    CREATED = "equipment.created"
    """A piece was registered. ``values``: site_id, model_id."""
    EDITED = "equipment.edited"
    """A piece was changed, or moved to another site; ``changes`` say what."""
    USE_STOPPED = "equipment.use_stopped"
    """A dangerous piece was put out of use, with a reason. ``values``: site_id."""
    RESTORED = "equipment.restored"
    """It was put back into use, with proof."""
    BECAME_FAULTY = "equipment.became_faulty"
    """A reviewer approved a request about it."""
    REPAIR_STARTED = "equipment.repair_started"
    """A repairer began to work on it."""
    REPAIRED = "equipment.repaired"
    """A task was completed with the result "repaired"."""
    OUTLIVED = "equipment.outlived"
    """Its safe service life is over."""
    LIFE_RENEWED = "equipment.life_renewed"
    """Somebody moved the end of its safe service life to a later day."""
    ENDS_RECKONED = "equipment.ends_reckoned"
    """A rule or its model's values changed, and with them an end of the piece; ``changes`` say how. ``values``: rule."""
    ISSUED = "equipment.issued"
    """It left the stock for a site, where it is to be installed. ``values``: site_id."""
    TAKEN_BACK = "equipment.taken_back"
    """It came back into the stock before it was installed, with a reason."""
    INSTALLED = "equipment.installed"
    """It was installed. ``values``: site_id."""
    WATCHED = "equipment.watched"
    """It may be used, but somebody keeps an eye on it, with a reason."""
    UNWATCHED = "equipment.unwatched"
    """It is normal again after it was watched, with a reason."""
    SCRAP_PROPOSED = "equipment.scrap_proposed"
    """Somebody says that it should be scrapped, with a reason; until that is decided it must not be used."""
    SCRAP_REFUSED = "equipment.scrap_refused"
    """It is not to be scrapped: out of use, until it is put back into use with proof."""
    SCRAPPED = "equipment.scrapped"
    """It was scrapped, with proof. ``values``: site_id."""
    REMOVED = "equipment.removed"
    """It was taken down, with proof. ``values``: site_id."""
    REPLACED = "equipment.replaced"
    """Another piece took its place, with proof. ``values``: site_id, replacement_id, replacement."""


class LabelEvent(StrEnum):
    """Names of the events of labels."""

    BATCH_MADE = "labels.batch_made"
    """Blank labels were made, to be printed. ``values``: count."""
    BOUND = "labels.bound"
    """A label was stuck on a piece. ``values``: equipment_id, and distance from its site in metres or None."""
    UNBOUND = "labels.unbound"
    """It was taken off, with a reason. ``values``: equipment_id."""
    RETIRED = "labels.retired"
    """It is never to be used again, with a reason or for another label."""
