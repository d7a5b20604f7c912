"""Files of law read field by field, so that every fault of every file is said at once, with file, field and what is wrong."""

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import msgspec

from chaupal_audit.errors import Faults
from chaupal_audit.law.dates import Dated
from chaupal_audit.law.durations import Duration

BIGGEST = 256 * 1024  # bytes; a law file is a few thousand
SET_BY_US = ("file", "digest")

_PLACE = re.compile(r"(.*?)(?: - at `\$(.*)`)?", re.DOTALL)


def law_files(directory: Path, faults: Faults) -> list[Path]:
    """The `.toml` files of a directory, by name; none where there is no such directory."""
    try:
        found = sorted(path for path in directory.iterdir() if path.suffix == ".toml" and not path.name.startswith("."))
    except FileNotFoundError:
        return []
    except OSError as problem:
        faults.add(directory.name, "", f"cannot be read ({problem.strerror})")
        return []
    return found


def read[D: Dated](path: Path, kind: type[D], faults: Faults) -> D | None:
    """The version that a file holds, with the file's name and SHA-256; None where it has faults, which are added."""
    raw = _bytes(path, faults)
    return None if raw is None else read_bytes(path.name, raw, kind, faults)


def read_bytes[D: Dated](name: str, raw: bytes, kind: type[D], faults: Faults) -> D | None:
    """The version that the bytes of a file called `name` hold; as `read`."""
    table = _table(name, raw, faults)
    if table is None:
        return None
    before = len(faults.said)
    types = {field.name: field.type for field in msgspec.structs.fields(kind) if field.name in table}
    fields = {field: _value(name, field, table[field], wanted, faults) for field, wanted in types.items()}
    _complain_of_keys(name, table, kind, faults)
    if len(faults.said) > before:
        return None
    return kind(**fields, file=name, digest=hashlib.sha256(raw).hexdigest())


def read_all[D: Dated, Name](
    directory: Path, kind: type[D], name_of: Callable[[D], Name], faults: Faults
) -> dict[Name, D]:
    """Every version in a directory, by its name; that two files have the same one is a fault."""
    found: dict[Name, D] = {}
    for path in law_files(directory, faults):
        one = read(path, kind, faults)
        if one is None:
            continue
        known = found.setdefault(name_of(one), one)
        if known is not one:
            faults.add(path.name, "version", f"{name_of(one)} is also in {known.file}")
    return found


def _bytes(path: Path, faults: Faults) -> bytes | None:
    try:
        raw = path.read_bytes()
    except OSError as problem:
        faults.add(path.name, "", f"cannot be read ({problem.strerror})")
        return None
    if len(raw) > BIGGEST:
        faults.add(path.name, "", f"has more than {BIGGEST} bytes")
        return None
    return raw


def _table(name: str, raw: bytes, faults: Faults) -> dict[str, Any] | None:
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        faults.add(name, "", "is not written in UTF-8")
    except tomllib.TOMLDecodeError as problem:
        faults.add(name, "", f"is not TOML: {problem}")
    return None


def _value(file: str, name: str, value: Any, wanted: Any, faults: Faults) -> Any:
    try:
        return msgspec.convert(value, wanted, builtin_types=(date, datetime, time), dec_hook=_hook)
    except msgspec.ValidationError as problem:
        about, place = _PLACE.fullmatch(str(problem)).groups()  # pyrefly: ignore[missing-attribute] - it matches any text
        faults.add(file, f"{name}{(place or '').replace('[...]', '')}", about[:1].lower() + about[1:])
    return None


def _complain_of_keys(file: str, table: Mapping[str, Any], kind: type[msgspec.Struct], faults: Faults) -> None:
    known = {field.name: field.required for field in msgspec.structs.fields(kind) if field.name not in SET_BY_US}
    for name in table:
        if name not in known:
            import difflib  # for mistakes only

            near = difflib.get_close_matches(name, known, 1)
            faults.add(file, name, "is no field of such a file" + (f"; {near[0]} is meant?" if near else ""))
    for name, required in known.items():
        if required and name not in table:
            faults.add(file, name, "is missing")


def _hook(kind: type, value: Any) -> Any:
    if kind is Duration and isinstance(value, str):
        return Duration(value)
    raise ValueError(f"expected {kind.__name__.lower()}, got {value!r}")
