"""Rules for warranty and safe service life: list, page, forms with a preview, ending, and reading over the API."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import Select, func, select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.kinds import EQUIPMENT_TYPES
from shuhua_core.archives.models import ProductModel
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.scope import covers, visible
from shuhua_core.sites.lifetimes.models import LifetimeRule, LifetimeRun
from shuhua_core.sites.lifetimes.schema import DAYS, LifetimeRuleCreate, LifetimeRuleEnd, LifetimeRulePatch
from shuhua_core.sites.lifetimes.service import LifetimeRuleService, Preview
from shuhua_core.sites.models import Equipment

from .. import formats
from ..api import Out, Serializer, record_id
from ..archives.listing import version_columns
from ..archives.pages import Archive, label, label_of, record_source
from ..forms import form_for
from ..i18n import _
from ..layout import crumbs
from ..listing import ChoiceFilter, Column, FlagFilter, Listing, RecordFilter
from ..records import Action, Badge, Fact


def _with_model(query: Select[Any]) -> Select[Any]:
    return query.outerjoin(ProductModel, ProductModel.id == LifetimeRule.model_id)


LIFETIME_LIST = Listing(
    name="lifetimes",
    model=LifetimeRule,
    permission=Permission.LIFETIMES_VIEW,
    title=_("Warranty and safe life"),
    columns=(
        Column("number", _("Number"), LifetimeRule.number, sort=True, nullable=False),
        Column("edition", _("Edition of the standard"), LifetimeRule.edition, sort=True, nullable=False, long=True),
        Column("edition_en", _("Edition, in English"), LifetimeRule.edition_en, at_first=False),
        Column("safe_life_months", _("Safe service life (months)"), LifetimeRule.safe_life_months, kind="integer", sort=True),
        Column("warranty_months", _("Warranty (months)"), LifetimeRule.warranty_months, kind="integer", sort=True),
        Column("type", _("Type"), LifetimeRule.type, kind="choice", labels=EQUIPMENT_TYPES),
        Column("model", _("Model"), ProductModel.number),
        Column("model_id", _("Model"), LifetimeRule.model_id, kind="integer", office=False),
        Column("dated_by", _("Applies by day of"), LifetimeRule.dated_by, kind="choice", labels=DAYS, nullable=False),
        Column("starts_on", _("For pieces from"), LifetimeRule.starts_on, kind="date", sort=True),
        Column("ends_on", _("For pieces to"), LifetimeRule.ends_on, kind="date", sort=True),
        Column("counted_from", _("Counted from"), LifetimeRule.counted_from, kind="choice", labels=DAYS, nullable=False),
        Column("ended_at", _("Out of force since"), LifetimeRule.ended_at, kind="moment", sort=True),
        *version_columns(LifetimeRule),
    ),
    source=_with_model,
    filters=(
        FlagFilter("in_force", _("In force"), LifetimeRule.ended_at.is_(None)),
        ChoiceFilter("type", _("Type"), LifetimeRule.type, EQUIPMENT_TYPES),
        RecordFilter("model_id", _("Model"), LifetimeRule.model_id),
    ),
    search=(LifetimeRule.number, LifetimeRule.edition, LifetimeRule.edition_en),
    search_hint=_("Number, edition"),
    default_sort="number",
    record_route="lifetimes.view",
    empty=_("No rules yet. Without one, a piece has the ends that its model gives or that are entered on it."),
)


RULE = Serializer(
    "LifetimeRule",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("edition", "string"),
        Out("edition_en", "string", nullable=True),
        Out("type", "string", nullable=True, description="Null for pieces of every type."),
        Out("model_id", "integer", nullable=True),
        Out("dated_by", "string", description="The day of a piece that has to lie from starts_on to ends_on."),
        Out("starts_on", "date", nullable=True),
        Out("ends_on", "date", nullable=True),
        Out("counted_from", "string"),
        Out("safe_life_months", "integer", nullable=True),
        Out("warranty_months", "integer", nullable=True),
        Out("note", "string", nullable=True),
        Out("ended_at", "moment", nullable=True),
        Out("version", "integer"),
        Out("created_at", "moment"),
        Out("updated_at", "moment"),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
    description="A rule for warranty and safe service life. The most special one that fits a piece gives it its ends.",
)


def rule_item(request: Request, rule: LifetimeRule) -> dict[str, Any]:
    """A rule as the API gives it."""
    return RULE.one(rule, links={"self": request.route_path("api.lifetimes.view", id=rule.id)})


def rule_page(request: Request, rule: LifetimeRule) -> dict[str, Any]:
    """A rule, how many pieces follow it, and how far their reckoning has come."""
    zone, locale = request.deployment.settings.timezone, request.locale_name
    facts = [
        Fact(_("Number"), rule.number),
        Fact(_("Edition of the standard"), rule.label(locale)),
        Fact(_("Type"), label(EQUIPMENT_TYPES, rule.type, locale) or (None if rule.model_id else _("Every type"))),
        Fact(_("Model"), label_of(request, ProductModel, Permission.MODELS_VIEW, rule.model_id)),
        Fact(_("Applies by day of"), label(DAYS, rule.dated_by, locale)),
        Fact(_("For pieces from"), formats.day(rule.starts_on)),
        Fact(_("For pieces to"), formats.day(rule.ends_on)),
        Fact(_("Counted from"), label(DAYS, rule.counted_from, locale)),
        Fact(_("Safe service life (months)"), formats.number(rule.safe_life_months)),
        Fact(_("Warranty (months)"), formats.number(rule.warranty_months)),
        Fact(_("Note"), rule.note, wide=True),
    ]
    shown: dict[str, Any] = {
        "groups": [("", facts), (_("Pieces that follow it"), _followers(request, rule))],
        "badge": Badge(_("Out of force"), "ended") if rule.ended_at else Badge(_("In force"), "done"),
    }
    if rule.ended_at:
        facts.append(Fact(_("Out of force since"), formats.moment(rule.ended_at, zone)))
        shown["frozen"] = True
    elif covers(rule, request.actor, Permission.LIFETIMES_EDIT):
        shown["actions"] = [Action(_("Take out of force"), request.route_path("lifetimes.end", id=rule.id), "danger")]
    return shown


def _followers(request: Request, rule: LifetimeRule) -> list[Fact]:
    session = request.ctx.session
    seen = visible(Equipment, request.actor, Permission.EQUIPMENT_VIEW)
    found = []
    for name, title in (("warranty", _("Warranty by this rule")), ("safe_life", _("Safe service life by this rule"))):
        column = getattr(Equipment, f"{name}_rule_id")
        count = session.scalar(select(func.count()).where(column == rule.id, seen)) or 0
        href = request.route_path("equipment.list", _query={f"{name}_rule_id": rule.id}) if count else None
        found.append(Fact(title, _("${n} pieces", mapping={"n": formats.number(count)}), href))
    run = session.scalars(
        select(LifetimeRun).where(LifetimeRun.rule_id == rule.id).order_by(LifetimeRun.id.desc()).limit(1)
    ).one_or_none()
    if run is not None:
        mapping = {"seen": formats.number(run.seen), "changed": formats.number(run.changed)}
        going = _("Under way: ${seen} looked at, ${changed} changed", mapping=mapping)
        through = _("${seen} looked at, ${changed} changed", mapping=mapping)
        found.append(Fact(_("Last reckoning"), through if run.finished_at else going))
        found.append(Fact(_("Reckoned at"), formats.moment(run.updated_at, request.deployment.settings.timezone)))
    return found


def rule_controls(request: Request) -> dict[str, Any]:
    """The controls of a rule's form."""
    return {"sources": {"model_id": record_source(request, "models", ProductModel, Permission.MODELS_VIEW)}}


def rule_initial(rule: LifetimeRule) -> dict[str, Any]:
    """What a rule's form begins with."""
    values = {node.name: getattr(rule, node.name) for node in LifetimeRuleCreate().children}
    return values | {name: formats.day(values[name]) or None for name in ("starts_on", "ends_on")}


def preview_address(request: Request, rule_id: int | None) -> str:
    """Where the form asks what it would do."""
    return str(request.route_path("lifetimes.preview", _query={"id": rule_id} if rule_id is not None else {}))


LIFETIMES = Archive(
    name="lifetimes",
    kind="lifetime",
    model=LifetimeRule,
    service=LifetimeRuleService,
    listing=LIFETIME_LIST,
    view=Permission.LIFETIMES_VIEW,
    edit=Permission.LIFETIMES_EDIT,
    create_schema=LifetimeRuleCreate,
    patch_schema=LifetimeRulePatch,
    serializer=RULE,
    item=rule_item,
    page=rule_page,
    initial=rule_initial,
    controls=rule_controls,
    new_title=_("New rule"),
    preview=preview_address,
    summary="lifetime rule",
    plural="lifetime rules",
)


@view_config(
    route_name="lifetimes.preview",
    permission=Permission.LIFETIMES_EDIT,
    request_method="POST",
    renderer="shuhua_web:sites/templates/preview.pt",
)
def preview(request: Request) -> dict[str, Any]:
    """What the rule in the form would do. Nothing is changed."""
    form = form_for(LifetimeRuleCreate, request, **rule_controls(request))
    text = request.GET.get("id", "")
    rule_id = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    try:
        return {"preview": request.service(LifetimeRuleService).preview(form.read(), rule_id), "errors": ()}
    except Invalid as error:
        return {"preview": None, "errors": list(error.errors.values())}


@view_config(
    route_name="lifetimes.end",
    permission=Permission.LIFETIMES_EDIT,
    request_method=("GET", "POST"),
    renderer="shuhua_web:templates/form.pt",
)
def end(request: Request) -> Any:
    """Take a rule out of force."""
    number, title = record_id(request), _("Take out of force")
    service = request.service(LifetimeRuleService)
    rule = service.get(number)
    intro = preview_text(service.preview_end(number)) if request.method == "GET" else None
    address = request.route_path("lifetimes.view", id=number)
    version = rule.version if request.method == "GET" else None
    form = form_for(LifetimeRuleEnd, request, submit=title, tone="danger", cancel=address, version=version)

    def save(data: dict[str, Any]) -> str:
        service.end(number, data, expected_version=form.version)
        return str(address)

    way = crumbs(request, (LIFETIME_LIST.title, "lifetimes.list"), (rule.number, None), (title, None))
    return form.answer(save, done=_("Saved.")) or form.page(title, crumbs=way, intro=intro)


def preview_text(found: Preview) -> Any:
    """What a change would do, in a sentence."""
    mapping = {name: formats.number(getattr(found, name)) for name in ("pieces", "changing", "past", "entered")}
    return _(
        "${pieces} pieces are concerned; an end of ${changing} of them would move, and ${past} would be past their safe life."
        " ${entered} have an end entered by hand, which stays.",
        mapping=mapping,
    )
