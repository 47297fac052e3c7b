"""Videos and sound written anew: the same streams in a fresh container that carries nothing else, and a poster.

Pictures are not encoded again, only copied: that is fast, and loses nothing. Sound is, where browsers do not play what the
phone recorded (AMR, plain PCM). Streams of subtitles and data, in which some cameras write positions, are left out. Runs in the
child process only, see ``child``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import photos
from .derive import Refused

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.video.stream import VideoStream

MOST_PIXELS = 8192 * 8192
LONGEST_SECONDS = 4 * 3600
_COPIED_SOUND = {"mp4": {"aac", "mp3", "alac"}, "webm": {"opus", "vorbis"}, "ogg": {"opus", "vorbis"}, "mp3": {"mp3"}}
_COPIED_PICTURES = {"mp4": {"h264", "hevc", "mpeg4", "av1", "vp9"}, "webm": {"vp8", "vp9", "av1"}}
_TYPES = {
    "mp4": ("video/mp4", "audio/mp4"),
    "webm": ("video/webm", "audio/webm"),
    "ogg": ("audio/ogg", "audio/ogg"),
    "mp3": ("audio/mpeg", "audio/mpeg"),
}
_OPTIONS = {
    "mp4": {"movflags": "+faststart", "fflags": "+bitexact"},
    "webm": {"fflags": "+bitexact"},
    "ogg": {"fflags": "+bitexact"},
    "mp3": {"fflags": "+bitexact", "id3v2_version": "0", "write_id3v1": "0"},
}
_STILL = frozenset({"mjpeg", "png", "bmp", "gif", "webp"})
_CONTAINERS = {"mov": "mp4", "matroska": "webm", "ogg": "ogg", "mp3": "mp3"}


def rewrite(source: Path, reader: str, target: Path) -> dict[str, Any]:
    """Write ``content``, and of a video ``display`` and ``thumbnail``, below ``target``; gives what it is. Raises Refused."""
    try:
        import av  # noqa: PLC0415 - large, and not every server has it
    except ImportError as error:
        raise Refused("no_reader") from error
    av.logging.set_level(None)
    container = _CONTAINERS.get(reader, "mp4")
    try:
        with _opened(source, reader) as found:
            facts = _facts(found, target)
            is_video = facts["kind"] == "video"
            if is_video and found.streams.video[0].codec_context.codec.canonical_name not in _COPIED_PICTURES.get(container, ()):
                return facts  # browsers do not play it; the poster shows what it is
        with _opened(source, reader) as found:
            lead = _lead(found) if is_video else 0
        with _opened(source, reader) as found, _made(target / "content", container) as made:
            _copy(found, made, container, lead=lead, with_pictures=is_video)
    except (av.FFmpegError, ValueError, EOFError) as error:
        raise Refused("damaged") from error
    return facts | {"content_type": _TYPES[container][0 if is_video else 1]}


def _opened(source: Path, reader: str) -> InputContainer:
    """The file. The reader is named and only files may be opened: a playlist in disguise cannot make us fetch anything."""
    import av  # noqa: PLC0415 - see above

    return av.open(str(source), format=reader, options={"protocol_whitelist": "file"})


def _made(path: Path, container: str) -> OutputContainer:
    import av  # noqa: PLC0415 - see above

    return av.open(str(path), "w", format=container, options=_OPTIONS[container])


def _facts(found: InputContainer, target: Path) -> dict[str, Any]:
    """What it is and how long, and of a video its poster."""
    seconds = round(found.duration / 1_000_000, 2) if found.duration and found.duration > 0 else None
    if seconds is not None and seconds > LONGEST_SECONDS:
        raise Refused("too_large")
    pictures = _pictures(found)
    if pictures is not None:
        if pictures.codec_context.width * pictures.codec_context.height > MOST_PIXELS:
            raise Refused("too_large")
        return {"kind": "video", "seconds": seconds, "content_type": None, **_poster(found, pictures, target)}
    if not found.streams.audio:
        raise Refused("damaged")
    return {"kind": "audio", "seconds": seconds}


def _pictures(found: InputContainer) -> VideoStream | None:
    """The film, if there is one: a still picture is the sleeve of a record."""
    first = next(iter(found.streams.video), None)
    return None if first is None or first.codec_context.codec.canonical_name in _STILL else first


def _poster(found: InputContainer, stream: VideoStream, target: Path) -> dict[str, Any]:
    stream.thread_type = "NONE"
    frame = next(found.decode(stream), None)
    if frame is None:
        raise Refused("damaged")
    picture = frame.to_image()  # type: ignore[no-untyped-call]
    return photos.write(picture.rotate(frame.rotation, expand=True) if frame.rotation % 360 else picture, target)


def _lead(found: InputContainer) -> int:
    """By how much some pictures are to be decoded after they are to be shown, as cut files of phones say: no player could."""
    packets = found.demux(found.streams.video[0])
    return max((each.dts - each.pts for each in packets if each.dts is not None and each.pts is not None), default=0)


def _copy(found: InputContainer, made: OutputContainer, container: str, *, lead: int, with_pictures: bool) -> None:
    """The streams of pictures and sound, and nothing else."""
    copied: dict[int, Any] = {}
    sources: list[Any] = []
    encoder: Any = None
    if with_pictures:
        sources.append(found.streams.video[0])
        stream = copied[sources[0].index] = made.add_stream_from_template(sources[0])
        if sources[0].codec_context.codec.canonical_name == "hevc":
            stream.codec_context.codec_tag = "hvc1"  # the only tag that Apple's players take
    for sound in found.streams.audio[:1]:
        sources.append(sound)
        if sound.codec_context.codec.canonical_name in _COPIED_SOUND[container]:
            copied[sound.index] = made.add_stream_from_template(sound)
        else:
            encoder = _encoder(made, sound, container)
    for stream in copied.values():
        stream.metadata.clear()
    for packet in found.demux(sources):
        if packet.stream.index not in copied:
            for frame in packet.decode():
                made.mux(encoder.encode(frame))
        elif packet.dts is not None:
            if lead > 0 and packet.stream.type == "video":
                packet.dts -= lead
            packet.stream = copied[packet.stream.index]
            made.mux(packet)
    if encoder is not None:
        made.mux(encoder.encode(None))


def _encoder(made: OutputContainer, sound: Any, container: str) -> Any:
    """Sound that browsers play, in place of what they do not."""
    rate = 48_000 if container in {"webm", "ogg"} else min(48_000, max(8_000, sound.codec_context.sample_rate or 8_000))
    stream: Any = made.add_stream("libopus" if container in {"webm", "ogg"} else "aac", rate=rate)
    stream.layout = "mono" if sound.codec_context.layout.nb_channels == 1 else "stereo"
    return stream
