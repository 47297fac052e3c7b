"""What is left on a disk when the power goes: a record of what a process did to its files, and the disk at any moment of it.

The record is made by strace. Of a file remains what was in it when it was last synced; of names, those that their folder had when
*it* was last synced. That is less than most file systems keep, and all that a program may count on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

CALLS = "openat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate,mkdir,mkdirat,rmdir"
LONGEST = 4 << 20

_LINE = re.compile(r"^(?P<task>\d+) +(?P<at>\d+\.\d+) (?P<rest>.*)$")
_RESUMED = re.compile(r"^<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)$")
_CALL = re.compile(r"^(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)(?:<(?P<path>[^>]*)>)?")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FD = re.compile(r"(?:\d+|AT_FDCWD)<((?:\\x[0-9a-f]{2})*)>")


def tracing(target: Path) -> tuple[str, ...]:
    """The command under which a process is recorded."""
    return (
        "strace",
        "-f",
        "-y",
        "-ttt",
        "-xx",
        "-s",
        str(LONGEST),
        "-e",
        f"trace={CALLS}",
        "-e",
        "signal=none",
        "-o",
        str(target),
    )


@dataclass(frozen=True, slots=True)
class Deed:
    """One call that succeeded: its name, when it ended, the files that it names, what it wrote and where."""

    name: str
    at: float
    paths: tuple[str, ...]
    content: bytes = b""
    number: int = 0
    """Offset of a write, or length of a truncation."""
    creates: bool = False
    truncates: bool = False


def read(record: Path, below: Path) -> Iterator[Deed]:
    """The deeds of a record that concern files below a folder, in the order in which they ended."""
    begun: dict[str, str] = {}
    with record.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            found = _LINE.match(line.rstrip("\n"))
            if found is None:
                continue
            task, rest = found["task"], found["rest"]
            if rest.endswith("<unfinished ...>"):
                begun[task] = rest.removesuffix("<unfinished ...>").rstrip()
                continue
            resumed = _RESUMED.match(rest)
            if resumed:
                rest = begun.pop(task, "") + resumed["rest"]
            deed = _deed(rest, float(found["at"]))
            if deed is not None and any(path.startswith(str(below)) for path in deed.paths):
                yield deed


def _deed(rest: str, at: float) -> Deed | None:
    call = _CALL.match(rest)
    if call is None or int(call["result"]) < 0:
        return None
    name, arguments = call["name"], call["arguments"]
    described = [_text(each) for each in _FD.findall(arguments)]
    strings = [_bytes(each) for each in _STRING.findall(arguments)]
    if name == "openat":
        return Deed(name, at, (_text(call["path"] or ""),), creates="O_CREAT" in arguments, truncates="O_TRUNC" in arguments)
    if name in {"write", "pwrite64"}:
        offset = int(arguments.rpartition(",")[2]) if name == "pwrite64" else 0
        return Deed(name, at, (described[0],), strings[0][: int(call["result"])] if strings else b"", offset)
    if name in {"fsync", "fdatasync"}:
        return Deed("fsync", at, (described[0],))
    if name == "ftruncate":
        return Deed(name, at, (described[0],), number=int(arguments.rpartition(",")[2]))
    folders = described if name.endswith(("at", "at2")) else []
    paths = [_joined(folders[n] if n < len(folders) else "", each.decode()) for n, each in enumerate(strings)]
    return Deed({"mkdirat": "mkdir"}.get(name, name.removesuffix("at2").removesuffix("at")), at, tuple(paths))


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


def _text(escaped: str) -> str:
    return _bytes(escaped).decode(errors="replace").removesuffix(" (deleted)")


def _joined(folder: str, path: str) -> str:
    return path if path.startswith("/") or not folder else f"{folder}/{path}"


@dataclass
class _File:
    now: bytearray = field(default_factory=bytearray)
    synced: bytes = b""


@dataclass
class Disk:
    """A folder tree, as programs see it and as it would be after a loss of power."""

    files: dict[str, _File] = field(default_factory=dict)
    """What programs see, by path."""
    kept: dict[str, _File] = field(default_factory=dict)
    """Names that would remain."""
    folders: set[str] = field(default_factory=set)
    kept_folders: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, folder: Path) -> Disk:
        """A folder whose power is safe so far."""
        disk = cls(folders={str(folder)}, kept_folders={str(folder)})
        for path in folder.rglob("*"):
            if path.is_dir():
                disk.folders.add(str(path))
            else:
                content = path.read_bytes()
                disk.files[str(path)] = _File(bytearray(content), content)
        disk.kept, disk.kept_folders = dict(disk.files), set(disk.folders)
        return disk

    def do(self, deed: Deed) -> None:
        """Carry out one deed."""
        getattr(self, f"_{deed.name}")(deed)

    def _openat(self, deed: Deed) -> None:
        path = deed.paths[0]
        if deed.creates and path not in self.files:
            self.files[path] = _File()
        elif deed.truncates and path in self.files:
            del self.files[path].now[:]

    def _write(self, deed: Deed) -> None:
        if deed.paths[0] in self.files:
            self.files[deed.paths[0]].now += deed.content

    def _pwrite64(self, deed: Deed) -> None:
        file = self.files.get(deed.paths[0])
        if file is not None:
            end = deed.number + len(deed.content)
            file.now.extend(bytes(max(0, end - len(file.now))))
            file.now[deed.number : end] = deed.content

    def _ftruncate(self, deed: Deed) -> None:
        file = self.files.get(deed.paths[0])
        if file is not None:
            del file.now[deed.number :]
            file.now.extend(bytes(deed.number - len(file.now)))

    def _fsync(self, deed: Deed) -> None:
        path = deed.paths[0]
        if path in self.files:
            self.files[path].synced = bytes(self.files[path].now)
        elif path in self.folders:
            for kept, seen in ((self.kept, self.files), (self.kept_folders, self.folders)):
                for name in [name for name in kept if folder_of(name) == path and name not in seen]:
                    kept.pop(name) if isinstance(kept, dict) else kept.discard(name)
            self.kept.update({name: file for name, file in self.files.items() if folder_of(name) == path})
            self.kept_folders.update(name for name in self.folders if folder_of(name) == path)

    def _rename(self, deed: Deed) -> None:
        source, target = deed.paths
        if source in self.files:
            self.files[target] = self.files.pop(source)

    def _unlink(self, deed: Deed) -> None:
        self.files.pop(deed.paths[0], None)
        self.folders.discard(deed.paths[0])

    _rmdir = _unlink

    def _mkdir(self, deed: Deed) -> None:
        self.folders.add(deed.paths[0])

    def after_power_loss(self, root: Path) -> dict[str, bytes]:
        """What would remain below ``root``, by path; a name whose folder's own name is lost is lost with it."""
        folders = self.kept_folders
        return {name: file.synced for name, file in self.kept.items() if folders.issuperset(folders_of(name, str(root)))}


@cache
def folders_of(name: str, root: str) -> tuple[str, ...]:
    """All folders from ``root`` down to the one that a path lies in."""
    return tuple(str(parent) for parent in Path(name).parents if parent.is_relative_to(root))


@cache
def folder_of(name: str) -> str:
    """The folder that a path lies in."""
    return str(Path(name).parent)


@dataclass
class Remains:
    """What is left of ``root`` after a loss of power, one moment after the other.

    What lies in ``root`` itself, the database, is written into ``target``, to be opened. Of other files it tells the content.
    """

    root: Path
    target: Path
    files: dict[str, bytes] = field(default_factory=dict)

    def lay(self, disk: Disk) -> None:
        """Go on to what is on this disk."""
        self.files = disk.after_power_loss(self.root)
        self.target.mkdir(exist_ok=True)
        for path in self.target.iterdir():
            path.unlink()
        for name, content in self.files.items():
            if folder_of(name) == str(self.root):
                (self.target / Path(name).name).write_bytes(content)

    def content_of(self, path: Path) -> bytes | None:
        """What would be in a file below ``root``; None where there would be none."""
        return self.files.get(str(path))
