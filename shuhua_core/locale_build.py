"""Compiles the message catalogues, and finds texts that have no translation.

``python -m shuhua_core.locale_build`` merges ``<package>/locale/<locale>/*.po``, one small file a room, into
``LC_MESSAGES/<package>.mo``. A file whose header says ``X-Domain: colander`` goes into a catalogue of that domain, which
fills what a library leaves in English. Two translations of one text, or a lost placeholder, fail the build.

``--check`` reads the sources instead: every ``_("…")`` of Python and every ``i18n:translate`` of the templates must have
a translation, and must be written so that it can have one.

The build environment of a wheel runs this, so it imports nothing but Babel; ``--check`` needs lingua from the extra ``test``.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from types import SimpleNamespace

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("shuhua_core", "shuhua_web")
PLACEHOLDER = re.compile(r"\$\{([A-Za-z][\w-]*)\}|\$([A-Za-z][\w-]*)")
DOMAIN = re.compile(r'^"X-Domain: *([\w.-]+)\\n"', re.MULTILINE)

Key = tuple[str | None, str]
"""Context and msgid."""


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """A text where the sources use it; ``problem`` says why it could never be translated."""

    file: str
    line: int
    msgid: str
    context: str | None = None
    problem: str | None = None

    def __str__(self) -> str:
        problem = f"  ({self.problem})" if self.problem else ""
        return f"{self.file}:{self.line}: {self.msgid}{problem}"


class LocaleProblem(Exception):
    """A catalogue that must not be shipped; the message names every fault."""


# Compiling --------------------------------------------------------------------------------------------------------------


def catalogues(package: Path, locale: str) -> dict[str, dict[Key, str]]:
    """The translations of a package into ``locale``, by domain. Raises LocaleProblem with all that is wrong."""
    merged: dict[str, dict[Key, str]] = {}
    problems: list[str] = []
    for path in sorted((package / "locale" / locale).glob("*.po")):
        try:
            source = path.read_text(encoding="utf-8")
            catalogue = read_po(StringIO(source), locale=locale, abort_invalid=True)
        except PoFileError as error:
            problems.append(f"{path.name}: {error}")
            continue
        texts = merged.setdefault(_domain(source, package.name), {})
        for message in catalogue:
            if not message.id or not message.string:
                continue
            key = (message.context, str(message.id))
            fault = _fault(message, texts.get(key))
            if fault:
                problems.append(f"{path.name}:{message.lineno}: {message.id!r}: {fault}")
            texts[key] = str(message.string)
    if problems:
        raise LocaleProblem(f"{package.name}, {locale}:\n  " + "\n  ".join(problems))
    return merged


def compile_package(package: Path) -> list[Path]:
    """Writes the .mo files of a package and gives their paths."""
    written = []
    for folder in sorted(path for path in (package / "locale").glob("*") if path.is_dir()):
        for domain, texts in catalogues(package, folder.name).items():
            catalogue = Catalog(locale=folder.name, domain=domain, fuzzy=False)
            for (context, msgid), text in sorted(texts.items(), key=lambda item: (item[0][0] or "", item[0][1])):
                catalogue.add(msgid, text, context=context)
            target = folder / "LC_MESSAGES" / f"{domain}.mo"
            target.parent.mkdir(exist_ok=True)
            temporary = target.with_suffix(".tmp")
            with temporary.open("wb") as stream:
                write_mo(stream, catalogue)
            temporary.replace(target)
            written.append(target)
    return written


def _domain(source: str, default: str) -> str:
    """The domain that a file's header names. Babel drops headers that it does not know, so they are read here."""
    named = DOMAIN.search(source)
    return named[1] if named else default


def _fault(message: Message, before: str | None) -> str | None:
    if message.fuzzy:
        return "fuzzy"
    if message.pluralizable:
        return "plural forms are not used: write the number as a placeholder"
    text = str(message.string)
    if before is not None and before != text:
        return f"translated as {before!r} and as {text!r}"
    # A msgid without spaces may be the name of a longer text, whose placeholders stand in its default.
    if _placeholders(str(message.id)) != _placeholders(text) and " " in str(message.id):
        return f"placeholders differ in {text!r}"
    return None


def _placeholders(text: str) -> set[str]:
    return {first or second for first, second in PLACEHOLDER.findall(text)}


# Checking ---------------------------------------------------------------------------------------------------------------


def uses(package: Path) -> list[Use]:
    """Every text that a package marks for translation, in order of file and line."""
    found: list[Use] = []
    for path in _sources(package, "*.py"):
        found += python_uses(path.read_text(encoding="utf-8"), _name(package, path))
    for path in _sources(package, "*.pt"):
        found += template_uses(path, _name(package, path), package.name)
    return sorted(found)


def python_uses(source: str, file: str) -> Iterator[Use]:
    """The texts of all ``_("…")`` in Python source."""
    for node in ast.walk(ast.parse(source, file)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_" and node.args):
            continue
        context = next((_literal(word.value) for word in node.keywords if word.arg == "context"), None)
        msgid = _literal(node.args[0])
        if msgid is None:
            yield Use(file, node.lineno, ast.unparse(node.args[0]), problem="_() needs a plain text, not an expression")
        else:
            yield Use(file, node.lineno, msgid, context)


def template_uses(path: Path, file: str, domain: str) -> Iterator[Use]:
    """The texts of a Chameleon template, which must name its ``i18n:domain``."""
    from lingua.extractors.xml import ChameleonExtractor  # noqa: PLC0415  (only the check needs it)

    source = path.read_text(encoding="utf-8")
    marked = "i18n:translate" in source or "i18n:attributes" in source
    if marked and f'i18n:domain="{domain}"' not in source:
        yield Use(file, 1, "", problem=f'needs i18n:domain="{domain}", or nothing in it is translated')

    class Extractor(ChameleonExtractor):
        """Remembers which texts stand in Python expressions, where placeholders are filled in after translation."""

        in_python: set[int]

        def parse_python(self, source: str) -> None:
            before = len(self.messages)
            super().parse_python(source)
            self.in_python.update(range(before, len(self.messages)))

    extractor = Extractor()
    extractor.in_python = set()
    named = set(re.findall(r'i18n:name="([^"]+)"', source))
    options = SimpleNamespace(keywords=(), comment_tag=None, domain=domain)
    for index, message in enumerate(extractor(str(path), options, BytesIO(path.read_bytes()))):
        allowed = _placeholders(message.msgid) if index in extractor.in_python else named
        yield Use(file, message.location[1], message.msgid, message.msgctxt, _template_problem(message.msgid, allowed))


def _template_problem(msgid: str, placeholders: set[str]) -> str | None:
    """What keeps a text of a template from being found at run time."""
    if "<dynamic element>" in msgid:
        return "an element inside a translated text needs i18n:name"
    if "${" in msgid and not _placeholders(msgid) <= placeholders:
        return "${…} is filled in before translation: wrap it in an element with i18n:name, or use _()"
    return None


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _sources(package: Path, pattern: str) -> Iterable[Path]:
    return (path for path in sorted(package.rglob(pattern)) if "node_modules" not in path.parts)


def _name(package: Path, path: Path) -> str:
    return path.relative_to(package.parent).as_posix()


def missing(package: Path, locale: str) -> list[Use]:
    """The texts of a package that have no translation into ``locale``, or can have none."""
    known = catalogues(package, locale).get(package.name, {})
    return [use for use in uses(package) if use.problem or (use.msgid and (use.context, use.msgid) not in known)]


def unused(package: Path, locale: str) -> list[str]:
    """Translations that no source asks for any more."""
    asked = {(use.context, use.msgid) for use in uses(package)}
    return sorted(msgid for context, msgid in catalogues(package, locale).get(package.name, {}) if (context, msgid) not in asked)


# The command ------------------------------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="list the texts without a translation; fail if there are any")
    parser.add_argument("packages", nargs="*", default=PACKAGES, help="only these packages")
    chosen = parser.parse_args(arguments)
    folders = [ROOT / package for package in chosen.packages]
    try:
        if chosen.check:
            sys.exit(_report(folders))
        for folder in folders:
            for path in compile_package(folder):
                print(f"compiled {path.relative_to(ROOT)}")
    except LocaleProblem as problem:
        sys.exit(str(problem))


def _report(folders: list[Path]) -> int:
    count = 0
    for folder in folders:
        lacking = missing(folder, "zh_Hans")
        count += len(lacking)
        for use in lacking:
            print(use)
        for msgid in unused(folder, "zh_Hans"):
            print(f"{folder.name}: unused translation: {msgid!r}")
    print(f"{count} texts without a Chinese translation" if count else "every text has a Chinese translation")
    return 1 if count else 0


if __name__ == "__main__":
    main()
