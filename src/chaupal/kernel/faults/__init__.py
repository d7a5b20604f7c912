"""What can be wrong, by code: the one registry. A code and its values are raised; words come at the edge.

`Invalid("text_too_long", most=500)`: programs read the English of `api`, which Mastodon's clients know; people read `page` in
their language. A test walks every code in both languages.
"""

from chaupal.kernel.faults import archives, court, forms, kinds, media, people, posts, requests, signin
from chaupal.kernel.faults.fault import Fault as Fault, Value as Value, Wrong as Wrong

ROOMS = (kinds, posts, media, archives, people, signin, requests, forms, court)
FAULTS: dict[str, Fault] = {code: fault for room in ROOMS for code, fault in room.FAULTS.items()}

if len(FAULTS) < sum(len(room.FAULTS) for room in ROOMS):
    raise ValueError("a code stands in two rooms")


def brief(wrong: Wrong) -> str:
    """What is wrong with a field, in English."""
    said = FAULTS[wrong.code].brief % wrong.values
    return f"{wrong.typed}: {said}" if wrong.typed else said


def in_full(wrong: Wrong) -> str:
    """The same where no field's name stands beside it."""
    said = (FAULTS[wrong.code].api or FAULTS[wrong.code].brief) % wrong.values
    return f"{wrong.typed}: {said}" if wrong.typed else said
