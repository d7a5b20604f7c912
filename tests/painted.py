"""Pictures for tests, painted on the spot."""

import pyvips


def picture(width: int = 64, height: int = 48, format_: str = ".png") -> bytes:
    """A small gradient."""
    xy = pyvips.Image.xyz(width, height)
    return (
        (xy[0] * 4)
        .bandjoin([xy[1] * 5, xy[0] + xy[1]])
        .cast("uchar")
        .copy(interpretation="srgb")
        .write_to_buffer(format_)
    )
