"""Films and sounds by ffmpeg: looked at, painted anew, their poster taken; a process of its own for each, bounded and blind.

As with pictures, nothing of the sent file survives but what is seen and heard. The kind is told by the first bytes, and
only that kind's demuxer and a short list of decoders may be used: no playlists, no network, no other files.
"""

import asyncio
import functools
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from chaupal.kernel.errors import Invalid, Problem
from chaupal.kernel.settings import Settings
from chaupal.social.media import pictures

SIDE = 1280  # pixels: the longest side of a film as it is kept, for phones on slow networks
MOST_FRAMES = 60  # a second, of a film as it is kept
MOST_FRAMES_TAKEN = 240  # a second, of one that is taken
WAVES = "640x360"
WAVES_COLOUR = "0x7886d6"
MOST_DECODED = "35000000"  # pixels of a frame, whatever the header has said
LOOK = 20.0  # seconds for looking at a file
PAINT = 1_800.0  # seconds for painting one
LOOKING_AT_ONCE = 2

DECODERS = (
    "h264,hevc,av1,libdav1d,vp8,vp9,mpeg4,h263,theora,gif,mjpeg,png,aac,mp3,mp3float,opus,libopus,vorbis,flac,alac,"
    "amrnb,amrwb,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s32le,pcm_f32le,pcm_u8,pcm_alaw,pcm_mulaw"
)
# Memory in kB, seconds of processor, size of a file in 512 bytes. The shell only sets these and becomes the program.
LIMITS = 'ulimit -v 2500000; ulimit -t 1800; ulimit -f 400000; exec nice -n 10 "$@"'


class Ffmpeg(msgspec.Struct, frozen=True):
    """The two programs, by their paths."""

    paint: str
    look: str


class UploadKind(msgspec.Struct, frozen=True):
    """What an upload turned out to be. `kind`: video, audio or gifv; `demuxer`: by which it is read."""

    kind: str
    demuxer: str

    @property
    def mime(self) -> str:
        return "audio/mpeg" if self.kind == "audio" else "video/mp4"


class Film(msgspec.Struct, frozen=True):
    """A film or sound as it is kept, its file beside it. `poster`: WebP; `length` in ms, `bitrate` in bits a second."""

    width: int
    height: int
    length: int
    frame_rate: str
    bitrate: int
    poster: bytes
    poster_width: int
    poster_height: int
    blurhash: str


class NotPainted(Problem):
    """ffmpeg could not make anything of it."""


def ffmpeg(settings: Settings) -> Ffmpeg | None:
    """The programs that are used, or None where no films are taken."""
    return None if settings.ffmpeg == "off" else _programs(settings.ffmpeg or "ffmpeg")


@functools.cache
def _programs(name: str) -> Ffmpeg | None:
    paint = shutil.which(name)
    look = shutil.which(str(Path(paint).with_name("ffprobe"))) if paint else None
    return Ffmpeg(paint, look) if paint and look else None


async def probe(settings: Settings, path: Path, demuxer: str) -> UploadKind:
    """What it is. Nothing is painted yet; what is too much is refused by what its header says. Raises Invalid."""
    program = ffmpeg(settings)
    if program is None:
        raise Invalid("film_not_taken")
    try:
        async with _turn("look", LOOKING_AT_ONCE):
            told = await _probed(program, path, demuxer)
    except NotPainted as error:
        raise Invalid("film_unreadable") from error
    film, sound = _stream(told, "video"), _stream(told, "audio")
    if film is None and sound is None:
        raise Invalid("film_unreadable")
    if _seconds(told) > settings.max_film_seconds:
        raise Invalid("film_too_long", most=settings.max_film_seconds)
    if film is not None and int(film.get("width") or 0) * int(film.get("height") or 0) > settings.max_film_pixels:
        raise Invalid("film_too_fine", most=settings.max_film_pixels)
    if film is not None and _rate(film) > MOST_FRAMES_TAKEN:
        raise Invalid("film_too_fast", most=MOST_FRAMES_TAKEN)
    if demuxer == "gif":
        return UploadKind("gifv", demuxer)
    return UploadKind("audio" if film is None else "video", demuxer)


async def paint(settings: Settings, source: Path, sent: UploadKind, target: Path) -> Film:
    """Paint it anew into `target`, one film at a time. Slow. Raises NotPainted."""
    program = ffmpeg(settings)
    if program is None:
        raise NotPainted("ffmpeg is not here any longer")
    async with _turn("paint", 1):
        await _ffmpeg(program, sent.demuxer, source, *_recipe(settings, sent), str(target))
        still = target.with_name("still.png")
        told = await _probed(program, target, "mp3" if sent.kind == "audio" else "mov")
        await _still(program, target, still, sent.kind, _seconds(told))
    painted = await asyncio.to_thread(_poster, still)
    film = _stream(told, "video") or {}
    return Film(
        int(film.get("width", 0)),
        int(film.get("height", 0)),
        round(_seconds(told) * 1_000),
        str(film.get("avg_frame_rate", "")),
        int(told.get("format", {}).get("bit_rate", 0)),
        painted.small,
        painted.small_width,
        painted.small_height,
        painted.blurhash,
    )


def _recipe(settings: Settings, sent: UploadKind) -> list[str]:
    plain = ["-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-t", str(settings.max_film_seconds), "-threads", "2",
             "-fflags", "+bitexact", "-flags", "+bitexact"]  # fmt: skip
    if sent.kind == "audio":
        return [
            "-map",
            "0:a:0",
            "-vn",
            *plain,
            "-c:a",
            "libmp3lame",
            "-q:a",
            "3",
            "-ac",
            "2",
            "-id3v2_version",
            "0",
            "-f",
            "mp3",
        ]
    sound = ["-an"] if sent.kind == "gifv" else ["-map", "0:a:0?", "-c:a", "aac", "-b:a", "128k", "-ac", "2"]
    size = f"scale=w='min({SIDE},iw)':h='min({SIDE},ih)':force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1"
    return [
        "-map", "0:V:0", *sound, *plain, "-vf", size, "-pix_fmt", "yuv420p", "-fpsmax", str(MOST_FRAMES), "-c:v", "libx264",
        "-preset", "veryfast", "-crf", "26", "-maxrate", "2500k", "-bufsize", "5000k", "-movflags", "+faststart", "-f", "mp4",
    ]  # fmt: skip


async def _still(program: Ffmpeg, film: Path, still: Path, kind: str, seconds: float) -> None:
    """What stands for it before it is played: a frame a little way in, or the waves of a sound."""
    if kind == "audio":
        waves = f"[0:a]aformat=channel_layouts=mono,showwavespic=s={WAVES}:colors={WAVES_COLOUR}"
        await _ffmpeg(program, "mp3", film, "-filter_complex", waves, "-frames:v", "1", "-f", "image2", str(still))
        return
    at = f"{min(1.0, seconds / 3):.3f}"
    await _ffmpeg(program, "mov", film, "-ss", at, "-frames:v", "1", "-f", "image2", str(still))


def _poster(still: Path) -> pictures.Rendering:
    try:
        return pictures.render(still.read_bytes(), pictures.MOST_ORIGINAL)
    except (OSError, Invalid) as error:
        raise NotPainted("no frame could be taken") from error


async def _ffmpeg(program: Ffmpeg, demuxer: str, source: Path, *words: str) -> None:
    await _run(
        PAINT, source.parent, program.paint, "-nostdin", "-hide_banner", "-v", "error", "-y", "-max_alloc", "500000000",
        "-max_pixels", MOST_DECODED, *_blinders(demuxer), "-i", str(source), *words,
    )  # fmt: skip


async def _probed(program: Ffmpeg, path: Path, demuxer: str) -> dict[str, Any]:
    """What ffprobe says of a file. Raises NotPainted."""
    said = await _run(
        LOOK,
        path.parent,
        program.look,
        "-hide_banner",
        "-v",
        "error",
        *_blinders(demuxer),
        "-of",
        "json",
        "-show_entries",
        "format=duration,bit_rate:stream=codec_type,width,height,avg_frame_rate,duration:stream_disposition=attached_pic",
        str(path),
    )
    try:
        return msgspec.json.decode(said, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise NotPainted("ffprobe said nothing") from error


def _blinders(demuxer: str) -> list[str]:
    """For whoever reads a file: this kind, these decoders, this file and nothing else in the world."""
    return [
        "-protocol_whitelist",
        "file",
        "-format_whitelist",
        demuxer,
        "-codec_whitelist",
        DECODERS,
        "-max_streams",
        "20",
        "-f",
        demuxer,
    ]


async def _run(patience: float, folder: Path, *words: str) -> bytes:
    """What a program prints. It ends with whoever waits for it. Raises NotPainted."""
    done, said = _begun(folder, words), asyncio.StreamReader()
    try:
        async with asyncio.timeout(patience):
            loop = asyncio.get_running_loop()
            await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(said), done.stdout)
            told = await said.read()
            await asyncio.to_thread(done.wait)
    except TimeoutError as error:
        raise NotPainted("took too long") from error
    finally:
        if done.poll() is None:
            done.kill()
            await asyncio.to_thread(done.wait)
    if done.returncode != 0:
        raise NotPainted(f"{Path(words[0]).name} gave up ({done.returncode})")
    return told


def _begun(folder: Path, words: Sequence[str]) -> subprocess.Popen[bytes]:
    """Started by Popen and not by asyncio, which forks: that would copy the page tables of a large server for each program."""
    return subprocess.Popen(  # noqa: S603 - found by name, fixed words
        ["/bin/sh", "-c", LIMITS, "sh", *words],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _stream(told: dict[str, Any], kind: str) -> dict[str, Any] | None:
    """The first stream of a kind; the cover of a record is no film."""
    return next(
        (
            one
            for one in told.get("streams", [])
            if one.get("codec_type") == kind and not one.get("disposition", {}).get("attached_pic")
        ),
        None,
    )


def _rate(film: dict[str, Any]) -> float:
    """Frames a second, as its header says."""
    frames, _, seconds = str(film.get("avg_frame_rate", "0/1")).partition("/")
    return int(frames) / int(seconds) if frames.isdigit() and seconds.isdigit() and int(seconds) else 0.0


def _seconds(told: dict[str, Any]) -> float:
    """How long; 0 where its header does not say, and then only as much as is allowed is painted."""
    lengths = [told.get("format", {}), *told.get("streams", [])]
    try:
        return max((float(one["duration"]) for one in lengths if "duration" in one), default=0.0)
    except ValueError:
        return 0.0


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Semaphore]] = WeakKeyDictionary()


def _turn(name: str, at_once: int) -> asyncio.Semaphore:
    """Whoever does this waits for a turn. One for each loop: a semaphore belongs to the loop that first waited for it."""
    mine = _turns.setdefault(asyncio.get_running_loop(), {})
    return mine.setdefault(name, asyncio.Semaphore(at_once))
