"""What SQL may leave out beforehand: it narrows, it never decides. A property test holds it to the rules."""

from typing import Literal

from chaupal.policy.facts import Visibility

# Whose posts a list holds: this server's people's, those of others, both.
type Scope = Literal["here", "elsewhere", "all"]

# Timelines that everybody reads carry only posts for everybody. Everything else is left to the rules.
LISTED_PUBLICLY = (Visibility.PUBLIC,)

# What everybody may see, and all that counts in numbers which everybody is shown: posts and the newest of them, answers,
# reposts, quotes. So no number tells that something was said to a few. Limits change no number: those are told of themselves.
FOR_EVERYBODY = (Visibility.PUBLIC, Visibility.UNLISTED)


def open_to(*, here: bool) -> tuple[Visibility, ...]:
    """The visibilities that ask nothing of a viewer but to be signed in at this server."""
    return (*FOR_EVERYBODY, Visibility.LOCAL) if here else FOR_EVERYBODY


def profile_visibilities(*, own: bool, follows: bool, here: bool) -> tuple[Visibility, ...]:
    """The visibilities that could be shown on a profile to such a viewer who is mentioned nowhere: all that the rules show.

    And no more than that: pages move by ids, so what is left out only later leaves a gap in which somebody could count.
    """
    if own:
        return tuple(Visibility)
    return (*open_to(here=here), Visibility.PRIVATE) if follows else open_to(here=here)
