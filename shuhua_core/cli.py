"""The command ``shuhua``. Each command is a module of ``shuhua_core.commands`` and is imported when it is asked for."""

from __future__ import annotations

import importlib
import locale
import pkgutil
import sys

import click

from . import commands
from .kernel.errors import ServiceError
from .kernel.i18n import translator


class Commands(click.Group):
    """The modules of ``shuhua_core.commands``: a module ``generate`` with a click command named ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, as one types them."""
        return sorted(typed(module.name) for module in pkgutil.iter_modules(commands.__path__) if not module.name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them, or None."""
        modules = {typed(module.name): module.name for module in pkgutil.iter_modules(commands.__path__)}
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{commands.__name__}.{modules[cmd_name]}")
        command: click.Command = module.command
        return command


def typed(module: str) -> str:
    """The name of a module as one types it; ``import_`` is ``import``, which no module can be called."""
    return module.rstrip("_").replace("_", "-")


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="shuhua", prog_name="shuhua")
def shuhua() -> None:
    """Shuhua: after-sales service for a maker of fitness equipment."""


def main() -> None:
    """Entry point. What goes wrong on purpose is told in one sentence, with exit status 2, and without a traceback."""
    try:
        shuhua(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except ServiceError as error:
        _tell(error)
        sys.exit(2)


def _tell(error: ServiceError) -> None:
    """The error in the language of the terminal, with its fields."""
    translate = translator(_locale())
    click.echo(f"shuhua: {translate(error.message)}", err=True)
    for name, message in getattr(error, "errors", {}).items():
        click.echo(f"  {name}: {translate(message)}", err=True)


def _locale() -> str:
    """Chinese where the terminal speaks it, else English."""
    language = locale.getlocale()[0] or ""
    return "zh_Hans" if language.startswith("zh") else "en"


if __name__ == "__main__":
    main()
