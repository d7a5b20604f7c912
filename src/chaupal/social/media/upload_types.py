"""Which files may be uploaded. The kind is told by the first bytes, never by name or claimed type.

How large they may be: the settings `max_media_bytes` and `max_film_bytes`.
"""

MOST_BYTES = 110_000_000  # more than any file that is taken; the settings decide within it
HEAD = 64  # bytes that tell the kind

PICTURES: tuple[str, ...] = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")
FILMS = (
    "video/mp4", "video/quicktime", "video/webm", "video/ogg", "audio/mpeg", "audio/mp3", "audio/ogg", "audio/vorbis",
    "audio/wav", "audio/x-wav", "audio/wave", "audio/webm", "audio/flac", "audio/aac", "audio/m4a", "audio/x-m4a", "audio/mp4",
    "audio/3gpp",
)  # fmt: skip

# What it is, where in the file its mark stands, and the mark. Of a picture: its decoder.
_OF_PICTURES: tuple[tuple[str, int, bytes], ...] = (
    ("jpeg", 0, b"\xff\xd8\xff"),
    ("png", 0, b"\x89PNG\r\n\x1a\n"),
    ("gif", 0, b"GIF87a"),
    ("gif", 0, b"GIF89a"),
    ("webp", 8, b"WEBP"),
    ("heif", 4, b"ftypavif"),
    ("heif", 4, b"ftypavis"),
    ("heif", 4, b"ftypheic"),
    ("heif", 4, b"ftypheix"),
    ("heif", 4, b"ftypmif1"),
)
# Of a film or sound: the demuxer, and the only one, that is tried.
_OF_FILMS: tuple[tuple[str, int, bytes], ...] = (
    ("mov", 4, b"ftyp"),
    ("matroska", 0, b"\x1aE\xdf\xa3"),
    ("ogg", 0, b"OggS"),
    ("flac", 0, b"fLaC"),
    ("mp3", 0, b"ID3"),
    ("wav", 8, b"WAVE"),
    ("aac", 0, b"\xff\xf1"),
    ("aac", 0, b"\xff\xf9"),
    ("mp3", 0, b"\xff\xfb"),
    ("mp3", 0, b"\xff\xf3"),
    ("mp3", 0, b"\xff\xf2"),
    ("mp3", 0, b"\xff\xfa"),
)


def picture_kind(head: bytes) -> str:
    """What decodes a picture that begins like this; "" for anything else."""
    return next(
        (k for k, at, mark in _OF_PICTURES if _has(head, at, mark) and (k != "webp" or _has(head, 0, b"RIFF"))), ""
    )


def demuxer_of(head: bytes) -> str:
    """By what a film or sound that begins like this is read; "" for anything else."""
    return "" if picture_kind(head) else next((name for name, at, mark in _OF_FILMS if _has(head, at, mark)), "")


def _has(head: bytes, at: int, mark: bytes) -> bool:
    return head[at : at + len(mark)] == mark
