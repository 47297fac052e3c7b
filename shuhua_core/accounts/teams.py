"""Teams: people of one organisation who work together, as its managers put them together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, VersionStale
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import InputSchema, Items, RecordId, Text, deserialize, field
from shuhua_core.kernel.scope import visible

from .events import AccountEvent
from .models import Organisation, Team, TeamMember, User
from .permissions import Permission


class TeamSchema(InputSchema):
    """A team. Its members belong to its organisation."""

    organisation_id = field(RecordId("organisation"), _("Organisation"), required=True)
    name = field(Text(60), _("Name of the team"), required=True)
    members = field(Items(RecordId("user"), maximum=100), _("Members"), default=())


class TeamService:
    """Teams of the organisations that the actor reaches with ``accounts.view`` and ``accounts.edit``."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.session = ctx.session

    def all(self) -> Sequence[tuple[Team, Organisation, list[str]]]:
        """Teams with their organisations and the names of their members, in two statements."""
        reach = visible(Organisation, self.ctx.actor, Permission.ACCOUNTS_VIEW)
        query = select(Team, Organisation).join(Organisation, Organisation.id == Team.organisation_id).where(reach)
        teams = self.session.execute(query.order_by(Organisation.path, Team.name)).all()
        people = select(TeamMember.team_id, User.name).join(User, User.id == TeamMember.user_id)
        names: dict[int, list[str]] = {team.id: [] for team, _organisation in teams}
        for team_id, name in self.session.execute(people.where(TeamMember.team_id.in_(names)).order_by(User.name)):
            names[team_id].append(name)
        return [(team, organisation, names[team.id]) for team, organisation in teams]

    def get(self, team_id: int, permission: str = Permission.ACCOUNTS_VIEW) -> Team:
        """One team. Raises NotFound."""
        reach = visible(Organisation, self.ctx.actor, permission)
        query = select(Team).join(Organisation, Organisation.id == Team.organisation_id).where(Team.id == team_id, reach)
        team = self.session.scalars(query).one_or_none()
        if team is None:
            raise NotFound
        return team

    def members_of(self, team_id: int) -> list[int]:
        """Ids of the members."""
        query = select(TeamMember.user_id).where(TeamMember.team_id == team_id)
        return list(self.session.scalars(query.order_by(TeamMember.user_id)))

    def save(self, data: Any, team_id: int | None = None, *, expected_version: int | None = None) -> Team:
        """A new team, or a changed one (:class:`TeamSchema`). Raises Invalid, NotAllowed, NotFound, VersionStale."""
        team = self._for_change(team_id) if team_id is not None else Team(organisation_id=0, name="", version=0)
        if team_id is not None and expected_version is not None and expected_version != team.version:
            raise VersionStale(version=team.version)
        values = deserialize(TeamSchema, data)
        reach = visible(Organisation, self.ctx.actor, Permission.ACCOUNTS_EDIT)
        if self.session.scalar(select(Organisation.id).where(Organisation.id == values["organisation_id"], reach)) is None:
            raise Invalid({"organisation_id": _("There is no such organisation.")})
        members = sorted(set(values["members"] or ()))
        there = select(User.id).where(User.id.in_(members), User.active, User.organisation_id == values["organisation_id"])
        if set(self.session.scalars(there)) != set(members):
            raise Invalid({"members": _("Choose active people of this organisation.")})
        team.organisation_id, team.name, team.version = values["organisation_id"], values["name"], team.version + 1
        try:
            with self.session.begin_nested():
                self.session.add(team)
                self.session.flush()
        except IntegrityError as error:
            raise Invalid({"name": _("The organisation has a team of this name.")}) from error
        self.session.execute(delete(TeamMember).where(TeamMember.team_id == team.id))
        self.session.add_all(TeamMember(team_id=team.id, user_id=user_id) for user_id in members)
        self.session.flush()
        self._publish(AccountEvent.TEAM_SAVED, team, "save_team", members=members)
        return team

    def remove(self, team_id: int) -> None:
        """Remove a team; its people stay. Raises NotFound, NotAllowed."""
        team = self._for_change(team_id)
        self._publish(AccountEvent.TEAM_REMOVED, team, "remove_team")
        self.session.execute(delete(Team).where(Team.id == team.id))

    def _for_change(self, team_id: int) -> Team:
        if not self.ctx.actor.may(Permission.ACCOUNTS_EDIT):
            raise NotAllowed
        return self.get(team_id, Permission.ACCOUNTS_EDIT)

    def _publish(self, event: AccountEvent, team: Team, action: str, **more: Any) -> None:
        values = {"team_id": team.id, "name": team.name, **more}
        self.ctx.publish(Event(event, "organisation", team.organisation_id, action=action, values=values))
