"""What another server says of its own things that it withholds (docs/fep-withheld-in.md), read: a statement of theirs, and no order."""

import msgspec

from chaupal.federation.reading.values import Json, address, moment_of, value_of, values_of, word_of
from chaupal.kernel.countries import known_country

MOST = 300  # statements about one thing: more than there are countries


class WithheldThere(msgspec.Struct, frozen=True):
    """One country in which its server withholds a thing. `order`: the page of what it rests on; times in ms, 0: not said."""

    country: str
    order: str = ""
    since: int = 0
    until: int = 0


def stated(said: Json) -> tuple[WithheldThere, ...]:
    """What an object says of itself, each once, without what names no country. Whether it is over is looked at when it is shown."""
    found = [_withheld_there(value) for value in values_of(said, "withheldIn", MOST) if isinstance(value, dict)]
    return tuple(dict.fromkeys(one for one in found if known_country(one.country)))


def _withheld_there(value: Json) -> WithheldThere:
    return WithheldThere(
        country=word_of(value, "country").upper(),
        order=address(value_of(value, "order")),
        since=max(moment_of(value_of(value, "startTime")) or 0, 0),
        until=max(moment_of(value_of(value, "endTime")) or 0, 0),
    )
