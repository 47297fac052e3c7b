"""Texts that people read.

A text is written once, in plain English, as ``_("Task ${number} was accepted", mapping={"number": number})``. It stays
untranslated until somebody reads it: a web request translates by its locale, and ``translator(locale)`` serves the code
that runs outside of requests (worker, command line, printed sheets).

A catalogue is ``<package>/locale/<locale>/LC_MESSAGES/<domain>.mo``, where the domain is the name of the package whose
texts it translates. A package may carry catalogues of other domains too, and so fills what a library leaves in English.
"""

from collections.abc import Callable, Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from translationstring import TranslationString, TranslationStringFactory

DOMAIN = "shuhua_core"
DEFAULT_LOCALE = "zh_Hans"
LOCALES = ("zh_Hans", "en")

# Packages whose catalogues go before a library's own ones.
OWN_PACKAGES = ("shuhua_core", "shuhua_web")

Translate = Callable[[str], str]


class StringFactory(Protocol):
    """What ``_`` is: makes a ``TranslationString``, which is a ``str``."""

    def __call__(
        self,
        msgid: str,
        mapping: Mapping[str, Any] | None = None,
        default: str | None = None,
        context: str | None = None,
    ) -> str:
        """The text ``msgid``, with the values of its placeholders."""


def string_factory(domain: str) -> StringFactory:
    """The ``_`` of a package: ``domain`` is the name of the package that carries the catalogue."""
    factory: StringFactory = TranslationStringFactory(domain)
    return factory


_ = string_factory(DOMAIN)


@cache
def translator(locale: str) -> Translate:
    """A function that turns a text into ``locale`` and fills in its placeholders; values are translated likewise.

    A plain ``str`` comes back as it is. A text without a translation is shown in English, never refused. An unknown
    locale is a ``ValueError``, since it is a mistake of ours: locales that people send are negotiated before.
    """
    if locale not in LOCALES:
        msg = f"unknown locale {locale!r}, one of {', '.join(LOCALES)}"
        raise ValueError(msg)

    def translate(text: str) -> str:
        if not isinstance(text, TranslationString):
            return text
        found = _lookup(catalogue(text.domain or DOMAIN, locale), text)
        values = {name: _value(value) for name, value in (text.mapping or {}).items()}
        return str(TranslationString(str(text), mapping=values).interpolate(found))

    def _value(value: Any) -> Any:
        return translate(value) if isinstance(value, str) else value

    return translate


@cache
def catalogue(domain: str, locale: str) -> NullTranslations:
    """The translations of a domain: our own first, then those that the package of that name brings itself."""
    found = NullTranslations()
    for package in dict.fromkeys((*OWN_PACKAGES, domain)):
        path = _catalogue_path(package, domain, locale)
        if path is None:
            continue
        with path.open("rb") as stream:
            loaded = GNUTranslations(stream)
        if type(found) is NullTranslations:
            found = loaded
        else:
            found.add_fallback(loaded)
    return found


def _lookup(translations: NullTranslations, text: TranslationString) -> str:
    found = translations.pgettext(text.context, str(text)) if text.context else translations.gettext(str(text))
    return text.default if found == str(text) else found


def _catalogue_path(package: str, domain: str, locale: str) -> Path | None:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / "locale" / locale / "LC_MESSAGES" / f"{domain}.mo"
    return path if path.is_file() else None
