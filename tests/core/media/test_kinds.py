"""What a file is, by its beginning."""

import pytest

from shuhua_core.media.kinds import FORMATS, sniff

BEGINNINGS = {
    "JPEG": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "PNG": b"\x89PNG\r\n\x1a\n\x00\x00",
    "WEBP": b"RIFF\x00\x01\x00\x00WEBPVP8 ",
    "GIF": b"GIF89a\x01\x00",
    "HEIF": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
    "MP4": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42",
    "MOV": b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  ",
    "3GP": b"\x00\x00\x00\x18ftyp3gp4\x00\x00\x03\x003gp4isom",
    "M4A": b"\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00M4A isom",
    "WebM": b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm",
    "AAC": b"\xff\xf1\x50\x80",
    "MP3": b"ID3\x03\x00\x00\x00\x00\x00\x00\x00",
    "Ogg": b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead",
    "AMR": b"#!AMR\n\x3c",
    "WAV": b"RIFF\x24\x08\x00\x00WAVEfmt ",
}


def test_every_format_is_known_by_its_beginning():
    assert {name: sniff(head).name for name, head in BEGINNINGS.items()} == {each.name: each.name for each in FORMATS}


@pytest.mark.parametrize(
    "head",
    [
        b"\xff\xfb\x90\x64",
        b"#!AMR-WB\n\x04",
        b"GIF87a\x01",
        b"\x00\x00\x00\x08wide\x00\x00\x00\x00mdat",
        b"ID3\x04\x00\x00\x00\x00\x00\x00\x00",
    ],
)
def test_older_and_barer_files_are_known_too(head):
    assert sniff(head) is not None


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"<?xml version='1.0'?><svg/>",
        b"<!DOCTYPE html>",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"\x7fELF",
        b"MZ\x90\x00",
        b"BM6\x00",
        b"II*\x00",
        b"#EXTM3U\n#EXT-X-VERSION:3",
        b"ffconcat version 1.0\nfile /etc/passwd",
        b"RIFF\x00\x00\x00\x00AVI LIST",
        b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska",
        b"OggS\x00\x02" + bytes(20) + b"\x01\x2a\x80theora",
        b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avif",
        b"\xff\xff\xff\xffftypmp42",
        b"\xff\xe0\x00\x00",
        b"#!amr\n",
    ],
)
def test_everything_else_is_nothing(head):
    assert sniff(head) is None
