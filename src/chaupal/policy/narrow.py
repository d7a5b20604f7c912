"""What SQL may leave out beforehand: it narrows, it never decides. A property test holds it to the rules."""

from chaupal.policy.facts import Visibility

# Timelines that everybody reads carry only posts for everybody. Everything else is left to the rules.
LISTED_PUBLICLY = (Visibility.PUBLIC,)


def profile_visibilities(*, own: bool, follows: bool, signed_in: bool) -> tuple[Visibility, ...]:
    """The visibilities that could be shown on a profile to such a viewer; a superset of what the rules show.

    A direct post may show to whom it mentions, so anybody signed in can possibly see one.
    """
    if own or follows or signed_in:
        return tuple(Visibility)
    return (Visibility.PUBLIC, Visibility.UNLISTED)
