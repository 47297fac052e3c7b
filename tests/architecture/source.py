"""Reads the project's own sources, so that laws about them can be checked; planted text is read in the same way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("shuhua_core", "shuhua_web")
_NOT_OURS = {"node_modules", "generated", "dist", "build", "__pycache__", "assets", "artefacts", "var"}


@dataclass(frozen=True)
class Module:
    """One Python file: its dotted name and its tree."""

    name: str
    text: str
    tree: ast.Module = field(repr=False, compare=False)
    is_package: bool = False

    @property
    def package(self) -> str:
        """What relative imports of this module start from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @property
    def room(self) -> str:
        """The second part of the name: the room, or the module that stands beside the rooms."""
        return [*self.name.split("."), ""][1]


def read(name: str, text: str, *, is_package: bool = False) -> Module:
    """A module from its text."""
    return Module(name, text, ast.parse(text), is_package)


@cache
def modules(package: str) -> tuple[Module, ...]:
    """All modules of one of our packages."""
    found = []
    for path in files(ROOT / package, ".py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        found.append(read(".".join(parts[:-1] if is_package else parts), path.read_text(encoding="utf-8"), is_package=is_package))
    return tuple(found)


def files(folder: Path, *suffixes: str) -> list[Path]:
    """The files of ours below a folder that end so."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in _NOT_OURS and not path.name.startswith("."):
            found += files(path, *suffixes)
        elif path.suffix in suffixes and path.is_file():
            found.append(path)
    return found


def imports(module: Module) -> Iterator[str]:
    """Dotted names of everything that a module imports, wherever in it; ``from a import b`` gives ``a.b``."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.package.split(".")
    base = parts[: len(parts) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """All calls, each with the dotted name of what is called, as it is written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def attribute_docs(path: Path | str, class_name: str) -> dict[str, str]:
    """The string below each attribute of a class, which Python itself does not keep."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    body = next(node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == class_name)
    found: dict[str, str] = {}
    for node, below in zip(body, [*body[1:], None], strict=True):
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
        if not isinstance(target, ast.Name):
            continue
        documented = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
        found[target.id] = re.sub(r"\s+", " ", below.value.value).strip() if documented else ""  # type: ignore[union-attr]
    return found
