"""``shuhua user``: the first administrator, and help for one who lost the password."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from sqlalchemy import select

from shuhua_core.accounts.models import Organisation, User
from shuhua_core.accounts.passwords import accepted_hash
from shuhua_core.accounts.users import UserService
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.errors import NotFound

from ._deployment import deployment_of, settings_option


@click.group("user")
def command() -> None:
    """Users, from the command line. Passwords are asked for, or read from standard input, never given as an argument."""


@command.command()
@settings_option
@click.argument("login")
@click.option("--name", help="The person's name; the login unless told otherwise.")
@click.option("--role", "roles", multiple=True, help="Code of a role, such as administrator; may be repeated.")
@click.option("--organisation", type=int, help="Id of the organisation; the maker unless told otherwise.")
@click.option("--division", help="Division code, for users whose roles reach a division.")
def add(
    *, ini: Path | None, login: str, name: str | None, roles: tuple[str, ...], organisation: int | None, division: str | None
) -> None:
    """Add the user LOGIN."""
    with deployment_of(ini) as deployment:
        hashed = _ask_password(deployment, login)
        with deployment.database.write() as session:
            maker = select(Organisation.id).where(Organisation.kind == "maker").order_by(Organisation.id).limit(1)
            data = {
                "login": login,
                "name": name or login,
                "roles": list(roles),
                "organisation_id": organisation or session.scalar(maker),
                "division_code": division,
            }
            user = UserService(deployment.context(session, SYSTEM)).create(data, password_hash=hashed)
            click.echo(f"Added user {user.id}: {user.login}")


@command.command()
@settings_option
@click.argument("login")
def password(ini: Path | None, login: str) -> None:
    """Give the user LOGIN a new password and end all their sessions."""
    with deployment_of(ini) as deployment:
        hashed = _ask_password(deployment, login)
        with deployment.database.write() as session:
            user_id = session.scalar(select(User.id).where(User.login == login.lower()))
            if user_id is None:
                raise NotFound
            UserService(deployment.context(session, SYSTEM)).set_password(user_id, hashed)
            click.echo(f"{login} has a new password")


def _ask_password(deployment: Deployment, login: str) -> str:
    if sys.stdin.isatty():
        given: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    return accepted_hash(given, login=login, demo=deployment.settings.demo)
