"""The sheets of the office, each as a form: what stands where. The words and the order are those of the domain."""

from collections.abc import Sequence

from shuhua_core.kernel.i18n import _
from shuhua_core.plugins.contracts import Label, ReportType
from shuhua_core.plugins.hookspecs import hookimpl
from shuhua_core.plugins.paper.sheet import SheetForm
from shuhua_core.plugins.paper.units import mm

_WORK = {
    "number": _("Task number"),
    "date": _("Date"),
    "customer": _("Customer"),
    "contact": _("Contact"),
    "site": _("Site"),
    "address": _("Address"),
    "equipment_number": _("Equipment number"),
    "model": _("Model"),
    "batch": _("Batch"),
    "installed_on": _("Installed on"),
    "warranty_until": _("Warranty to"),
    "safe_life_until": _("Safe life to"),
    "fault": _("Fault"),
    "severity": _("Severity"),
    "repairer": _("Repairer"),
    "unit": _("Unit"),
}
"""What dispatch and service sheets have in common."""

_WORK_ROWS = (
    ("number", "date"),
    ("customer", "contact"),
    ("site",),
    ("address",),
    ("equipment_number", "model"),
    ("batch", "installed_on"),
    ("warranty_until", "safe_life_until"),
    ("fault",),
)

DISPATCH = SheetForm(
    name="task_sheet",
    label=Label(zh="派工单", en="Dispatch sheet"),
    labels={**_WORK, "arrive_by": _("Arrive by"), "finish_by": _("Finish by"), "parts": _("Parts to carry")},
    rows=_WORK_ROWS,
    rows_after=(("severity", "repairer"), ("arrive_by", "finish_by"), ("unit",), ("parts",)),
    high={"fault": 16 * mm, "parts": 12 * mm},
    signatures={"dispatcher": _("Dispatcher"), "repairer": _("Repairer"), "customer": _("Customer")},
)

SERVICE = SheetForm(
    name="service_sheet",
    label=Label(zh="维修单", en="Service sheet"),
    labels={
        **_WORK,
        "arrived_at": _("Arrived"),
        "left_at": _("Left"),
        "result": _("Result"),
        "cause": _("Cause"),
        "remedy": _("Work done"),
        "replaced": _("Parts replaced"),
        "opinion": _("Customer's opinion"),
    },
    rows=(*_WORK_ROWS, ("unit", "repairer"), ("arrived_at", "left_at"), ("cause",), ("remedy",), ("replaced",)),
    rows_after=(("severity", "result"), ("opinion",)),
    high={"cause": 10 * mm, "remedy": 14 * mm, "opinion": 12 * mm},
    signatures={"repairer": _("Repairer"), "customer": _("Customer")},
)

FOLLOWUP = SheetForm(
    name="followup_sheet",
    label=Label(zh="回访单", en="Follow-up sheet"),
    labels={
        "number": _("Follow-up number"),
        "date": _("Date"),
        "task": _("Task number"),
        "completed_at": _("Completed"),
        "customer": _("Customer"),
        "contact": _("Contact"),
        "site": _("Site"),
        "address": _("Address"),
        "equipment_number": _("Equipment number"),
        "model": _("Model"),
        "fault": _("Fault"),
        "remedy": _("Work done"),
        "way": _("Way"),
        "asked_at": _("Asked at"),
        "person": _("Person asked"),
        "clerk": _("Follow-up clerk"),
        "repaired": _("Repaired"),
        "rework": _("Rework"),
        "scores": _("Scores"),
        "opinion": _("Opinion"),
    },
    rows=(
        ("number", "date"),
        ("task", "completed_at"),
        ("customer", "contact"),
        ("site",),
        ("address",),
        ("equipment_number", "model"),
        ("fault",),
        ("remedy",),
        ("way", "asked_at"),
        ("person", "clerk"),
        ("repaired", "rework"),
        ("scores",),
        ("opinion",),
    ),
    high={"fault": 10 * mm, "remedy": 10 * mm, "opinion": 20 * mm},
    signatures={"clerk": _("Follow-up clerk"), "customer": _("Customer")},
)

INSPECTION = SheetForm(
    name="inspection_sheet",
    label=Label(zh="巡查表", en="Inspection sheet"),
    labels={
        "number": _("Inspection number"),
        "date": _("Date"),
        "site": _("Site"),
        "address": _("Address"),
        "host_unit": _("Host unit"),
        "inspector": _("Inspector"),
        "plan": _("Plan"),
        "due_on": _("Due"),
        "position": _("Position"),
        "distance": _("Distance to the site"),
        "done": _("What was done"),
        "note": _("Note"),
    },
    rows=(
        ("number", "date"),
        ("site",),
        ("address",),
        ("host_unit", "inspector"),
        ("plan", "due_on"),
        ("position", "distance"),
    ),
    rows_after=(("done",), ("note",)),
    high={"done": 14 * mm, "note": 10 * mm},
    signatures={"inspector": _("Inspector"), "host_unit": _("Host unit")},
)

PART_RETURN = SheetForm(
    name="part_return_sheet",
    label=Label(zh="旧件返还单", en="Sheet of returned parts"),
    labels={
        "number": _("Number"),
        "date": _("Date"),
        "task": _("Task number"),
        "sender": _("Sender"),
        "receiver": _("Receiver"),
        "carrier": _("Carrier"),
        "tracking": _("Tracking number"),
        "customer": _("Customer"),
        "site": _("Site"),
        "equipment_number": _("Equipment number"),
        "model": _("Model"),
        "batch": _("Batch"),
        "finding": _("Finding"),
    },
    rows=(
        ("number", "date"),
        ("task", "sender"),
        ("receiver", "carrier"),
        ("tracking",),
        ("customer",),
        ("site",),
        ("equipment_number", "model"),
        ("batch",),
    ),
    rows_after=(("finding",),),
    high={"finding": 16 * mm},
    signatures={"sender": _("Sender"), "receiver": _("Receiver")},
)

QUOTATION = SheetForm(
    name="quotation_sheet",
    label=Label(zh="报价单", en="Quotation"),
    labels={
        "number": _("Number"),
        "date": _("Date"),
        "customer": _("Customer"),
        "contact": _("Contact"),
        "site": _("Site"),
        "address": _("Address"),
        "task": _("Task number"),
        "equipment": _("Equipment"),
        "fault": _("Fault"),
        "total": _("Total"),
        "capitals": _("Total in capital numerals"),
        "valid_until": _("Valid until"),
        "warranty": _("Warranty on the repair"),
        "unit": _("Unit"),
        "author": _("Written by"),
        "note": _("Note"),
    },
    rows=(("number", "date"), ("customer", "contact"), ("site",), ("address",), ("task", "equipment"), ("fault",)),
    rows_below=(("total", "capitals"), ("valid_until", "warranty"), ("unit", "author"), ("note",)),
    high={"fault": 10 * mm, "note": 12 * mm},
    signatures={"unit": _("For the unit"), "customer": _("Customer: I agree to this quotation")},
)

RECORD = SheetForm(name="record_sheet", label=Label(zh="档案页", en="Record sheet"))
"""Any record: all its fields bring their labels along."""

SHEETS = (DISPATCH, SERVICE, FOLLOWUP, INSPECTION, PART_RETURN, QUOTATION, RECORD)


@hookimpl
def shuhua_register_report_types() -> Sequence[ReportType]:
    """All of them."""
    return SHEETS
