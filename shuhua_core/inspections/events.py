"""What happens to inspections, plans and checklists."""

from enum import StrEnum


class InspectionEvent(StrEnum):
    """Names of the events of inspections."""

    RECORDED = "inspections.recorded"
    """A site was inspected. ``values``: site_id, plan_id, result, abnormal, dangerous, repair_ids."""
    FOUND_ABNORMAL = "inspections.found_abnormal"
    """Something is wrong. ``values``: site_id, abnormal, repair_ids."""
    FOUND_DANGEROUS = "inspections.found_dangerous"
    """A piece was put out of use during the inspection. ``values``: site_id, equipment_ids, repair_ids."""
    SPOT_CHECK_DRAWN = "inspections.spot_check_drawn"
    """Sites and inspectors were drawn at random. ``values``: seed, site_ids, inspector_ids, plan_ids."""


class PlanEvent(StrEnum):
    """Names of the events of plans."""

    CREATED = "plans.created"
    """A plan was made; ``changes`` say what it was given."""
    EDITED = "plans.edited"
    """A plan was changed; ``changes`` say what."""
    DUE = "plans.due"
    """A site of the plan is to be inspected soon. ``values``: site_id, due_on, responsible_id, responsible_unit_id."""
    OVERDUE = "plans.overdue"
    """A site of the plan should have been inspected. ``values`` as of ``plans.due``."""


class ChecklistEvent(StrEnum):
    """Names of the events of checklists."""

    CREATED = "checklists.created"
    """A checklist was made. ``values``: version."""
    EDITED = "checklists.edited"
    """A checklist got a new version, or was taken out of use. ``values``: version, active."""
