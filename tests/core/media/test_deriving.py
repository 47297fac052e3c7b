"""What is made of files in the child process: upright, bounded, and without anything that they carried along."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest
from PIL import Image

from shuhua_core.media import sandbox
from shuhua_core.media.kinds import HEAD, PNG, sniff
from shuhua_core.media.sandbox import Derived, Limits, derive
from tests.core.media import samples


@pytest.fixture
def made(tmp_path):
    """Derives a file's content into a folder of its own; gives the result and the folder."""

    def run(content: bytes, limits: Limits | None = None) -> tuple[Derived, Path]:
        source, target = tmp_path / "source", tmp_path / "target"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        source.write_bytes(content)
        return derive(source, sniff(content[:HEAD]), target, limits), target

    return run


def is_upright(path: Path) -> bool:
    """Red above, blue below."""
    with Image.open(path) as picture:
        width, height = picture.size
        above, below = picture.getpixel((width // 2, height // 8)), picture.getpixel((width // 2, height * 7 // 8))
    return above[0] > 150 > above[2] and below[2] > 150 > below[0]


def says_nothing(folder: Path) -> bool:
    """No derivative holds anything of what the phone wrote down; asked of exiftool too, where it is installed."""
    for path in folder.iterdir():
        assert not [secret for secret in samples.SECRETS if secret in path.read_bytes()], path.name
    if tool := shutil.which("exiftool"):
        for path in folder.iterdir():
            told = subprocess.run([tool, "-a", "-G1", "-ee", str(path)], capture_output=True, text=True, check=False).stdout
            assert not [word for word in ("GPS", "Make ", "Model", "Serial", "Title", "Comment", "Location") if word in told], (
                told
            )
    return True


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_photo_is_turned_right_and_says_nothing_of_where_it_was_taken(made, orientation):
    content = samples.photo("JPEG", orientation)
    assert b"SERIAL-0001" in content
    derived, folder = made(content)
    assert (derived.refused, derived.facts["width"], derived.facts["height"]) == (None, 400, 200)
    assert is_upright(folder / "display")
    assert is_upright(folder / "thumbnail")
    assert sorted(path.name for path in folder.iterdir()) == ["display", "thumbnail"]
    assert says_nothing(folder)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
def test_other_photos_become_jpeg_as_well(made, form):
    derived, folder = made(samples.photo(form))
    assert derived.refused is None
    with Image.open(folder / "display") as picture:
        assert picture.format == "JPEG"
    assert is_upright(folder / "display")
    assert says_nothing(folder)


def test_a_large_photo_is_displayed_smaller_within_a_quarter_of_a_gigabyte(made, tmp_path):
    derived, folder = made(samples.photo("JPEG", 6, (6000, 4000)))
    assert max(derived.facts["width"], derived.facts["height"]) <= 2000
    assert is_upright(folder / "display")
    with Image.open(folder / "thumbnail") as picture:
        assert max(picture.size) == 320


@pytest.mark.parametrize(
    ("container", "video", "sound", "becomes"),
    [
        ("mp4", "mpeg4", "aac", "video/mp4"),
        ("mov", "mpeg4", "pcm_s16le", "video/mp4"),
        ("3gp", "mpeg4", "aac", "video/mp4"),
        ("webm", "libvpx", "libopus", "video/webm"),
        ("ipod", None, "aac", "audio/mp4"),
        ("webm", None, "libopus", "audio/webm"),
        ("ogg", None, "libopus", "audio/ogg"),
        ("mp3", None, "libmp3lame", "audio/mpeg"),
        ("wav", None, "pcm_s16le", "audio/mp4"),
        ("adts", None, "aac", "audio/mp4"),
    ],
)
def test_videos_and_sound_play_and_say_nothing_of_where_they_were_made(  # noqa: PLR0917 - a row of the table
    made, tmp_path, container, video, sound, becomes
):
    derived, folder = made(samples.film(tmp_path / "film", container, video, sound))
    assert (derived.refused, derived.content_type) == (None, becomes)
    assert derived.kind == becomes.partition("/")[0]
    with av.open(str(folder / "content")) as content:
        assert {stream.type for stream in content.streams} == {"video", "audio"} - ({"video"} if video is None else set())
        assert sum(1 for _frame in content.decode(audio=0)) > 5
    if video is not None:
        assert is_upright(folder / "display")
        assert (derived.facts["width"], derived.facts["height"]) == (160, 80)
    assert says_nothing(folder)


def test_a_voice_memo_as_phones_record_it_becomes_sound_that_browsers_play(made):
    derived, folder = made(samples.amr(2))
    assert (derived.refused, derived.kind, derived.content_type) == (None, "audio", "audio/mp4")
    with av.open(str(folder / "content")) as content:
        assert content.streams.audio[0].codec_context.name == "aac"


def test_a_pixel_flood_is_refused_at_once(made):
    content = samples.bomb()
    assert len(content) < 200_000
    begun = time.monotonic()
    derived, folder = made(content)
    assert derived.refused == "too_large"
    assert time.monotonic() - begun < 5
    assert list(folder.iterdir()) == []


def test_what_takes_too_much_memory_or_time_is_refused_and_the_caller_lives(made, monkeypatch):
    whole = samples.photo("PNG", 1, (5000, 5000))
    assert made(whole, Limits(memory=200 << 20))[0].refused in {"too_costly", "damaged"}
    assert made(whole, Limits(photo_seconds=0))[0].refused == "too_costly"
    monkeypatch.setattr(sandbox, "_LARGEST_ANSWER", 5)
    assert made(samples.photo())[0].refused == "too_costly"


@pytest.mark.parametrize(
    "content",
    [
        samples.photo()[:300],
        samples.photo("PNG")[:120],
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(500),
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42" + bytes(500),
        b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + bytes(500),
        samples.gif_with_script(),
        b"ID3\x03\x00\x00\x00\x00\x00\x00" + b"<html>" * 100,
        b"RIFF\x24\x08\x00\x00WAVEfmt " + bytes(20),
    ],
)
def test_what_only_begins_like_a_photo_or_film_is_refused(made, content):
    derived, _folder = made(content)
    assert derived.refused == "damaged"


def test_what_hides_behind_a_photo_does_not_come_along(made):
    content = samples.photo_with_page()
    assert content.count(b"<script>") == 2
    derived, folder = made(content)
    assert derived.refused is None
    assert not [path for path in folder.iterdir() if b"script" in path.read_bytes()]


def test_a_film_that_names_other_files_opens_none_of_them(made, tmp_path):
    """A playlist behind the beginning of an MP3 is read as MP3, never as a playlist."""
    (tmp_path / "secret").write_text("SECRET OF THE SERVER")
    playlist = b"ID3\x03\x00\x00\x00\x00\x00\x00" + f"\n#EXTM3U\n#EXTINF:1,\nfile://{tmp_path}/secret\n".encode()
    derived, folder = made(playlist)
    assert derived.refused == "damaged"
    assert not [path for path in folder.iterdir() if b"SECRET" in path.read_bytes()]


def test_the_child_gets_none_of_the_secrets_of_its_parent(made, monkeypatch, tmp_path):
    seen = {}

    def run(_command, *, env, **_more):
        seen.update(env)
        raise subprocess.TimeoutExpired("child", 1)

    monkeypatch.setenv("SHUHUA_SECRET", "x" * 40)
    monkeypatch.setattr(sandbox.subprocess, "run", run)
    (tmp_path / "source").write_bytes(samples.photo())
    assert derive(tmp_path / "source", PNG, tmp_path).refused == "too_costly"
    assert "PATH" in seen
    assert not [name for name in seen if "SHUHUA" in name or "SECRET" in name]


def test_a_server_without_the_readers_says_so(monkeypatch, tmp_path):
    from shuhua_core.media import films, photos
    from shuhua_core.media.derive import Refused

    for name in ("av", "pi_heif"):
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "source").write_bytes(samples.amr())
    for read in (
        lambda: films.rewrite(tmp_path / "source", "amr", tmp_path),
        lambda: photos.draw(tmp_path / "source", "HEIF", tmp_path),
    ):
        with pytest.raises(Refused) as error:
            read()
        assert error.value.code == "no_reader"
