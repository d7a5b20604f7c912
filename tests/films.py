"""Films and sounds for tests, made by ffmpeg on the spot, each once; and what the house makes of them, where that is not the subject."""

import functools
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from unittest import mock

import pytest

from chaupal.kernel.settings import Settings
from chaupal.social.media import films
from chaupal.social.media.films import Film, UploadKind

SECRET = "गुप्त-जगह"


@functools.cache
def film(suffix: str = ".mp4", seconds: float = 1.0, size: str = "320x180", *more: str) -> bytes:
    """A moving pattern with a tone; whoever made it left a title and a place in it."""
    told = ("-metadata", f"title={SECRET}", "-metadata", "location=+28.61+077.20/")
    return _made(
        suffix,
        "-f",
        "lavfi",
        "-i",
        f"testsrc=d={seconds}:s={size}:r=10",
        "-f",
        "lavfi",
        "-i",
        f"sine=d={seconds}",
        "-shortest",
        *(("-preset", "ultrafast") if suffix != ".webm" else ()),  # how small it is says nothing here
        *told,
        *more,
    )


@functools.cache
def sound(suffix: str = ".mp3", seconds: float = 1.0) -> bytes:
    """A tone."""
    return _made(suffix, "-f", "lavfi", "-i", f"sine=d={seconds}", "-metadata", f"title={SECRET}")


@functools.cache
def long_gif() -> bytes:
    """An animation that is too long to be kept as a picture."""
    return _made(".gif", "-f", "lavfi", "-i", "testsrc=d=4:s=640x480:r=10")


@contextmanager
def painted_once() -> Generator[None]:
    """Of the same film the house makes the same, so it is looked at and painted once in a process: `unit/social/test_films` tries how."""
    paint, probe = films.paint, films.probe

    async def once(settings: Settings, source: Path, sent: UploadKind, target: Path) -> Film:
        key = (_digest(source), sent, settings.ffmpeg, settings.max_film_seconds)
        if key not in _PAINTED:
            _keep(key, await paint(settings, source, sent, target), target)
        return _again(key, target)

    async def looked_at_once(settings: Settings, path: Path, demuxer: str) -> UploadKind:
        key = (_digest(path), demuxer, settings.ffmpeg, settings.max_film_seconds, settings.max_film_pixels)
        if key not in _LOOKED_AT:
            _LOOKED_AT[key] = await probe(settings, path, demuxer)
        return _LOOKED_AT[key]

    with mock.patch.object(films, "paint", once), mock.patch.object(films, "probe", looked_at_once):
        yield


@pytest.fixture(autouse=True)
def films_are_painted_once() -> Iterator[None]:
    """So for each test of the file that imports this; and so on both databases."""
    with painted_once():
        yield


type Key = tuple[str, UploadKind, str, int]
_PAINTED: dict[Key, tuple[Film, bytes]] = {}
_LOOKED_AT: dict[tuple[str, str, str, int, int], UploadKind] = {}


def _digest(source: Path) -> str:
    return sha256(source.read_bytes()).hexdigest()


def _keep(key: Key, film: Film, file: Path) -> None:
    _PAINTED[key] = film, file.read_bytes()


def _again(key: Key, target: Path) -> Film:
    film, file = _PAINTED[key]
    target.write_bytes(file)
    return film


def _made(suffix: str, *words: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"film{suffix}"
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *words, str(target)], check=True, timeout=120)
        return target.read_bytes()
