"""Films and sounds for tests, made by ffmpeg on the spot, each once."""

import functools
import subprocess
import tempfile
from pathlib import Path

SECRET = "गुप्त-जगह"


@functools.cache
def film(suffix: str = ".mp4", seconds: float = 1.0, size: str = "320x180", *more: str) -> bytes:
    """A moving pattern with a tone; whoever made it left a title and a place in it."""
    told = ("-metadata", f"title={SECRET}", "-metadata", "location=+28.61+077.20/")
    return _made(
        suffix, "-f", "lavfi", "-i", f"testsrc=d={seconds}:s={size}:r=10", "-f", "lavfi", "-i", f"sine=d={seconds}",
        "-shortest", *told, *more,
    )  # fmt: skip


@functools.cache
def sound(suffix: str = ".mp3", seconds: float = 1.0) -> bytes:
    """A tone."""
    return _made(suffix, "-f", "lavfi", "-i", f"sine=d={seconds}", "-metadata", f"title={SECRET}")


@functools.cache
def long_gif() -> bytes:
    """An animation that is too long to be kept as a picture."""
    return _made(".gif", "-f", "lavfi", "-i", "testsrc=d=4:s=640x480:r=10")


def _made(suffix: str, *words: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"film{suffix}"
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *words, str(target)], check=True, timeout=120)
        return target.read_bytes()
