"""Whose lists of followers, and of those whom they follow, are shown to whom."""

from chaupal.policy.things import Person
from chaupal.policy.viewer import Viewer


def keeps_lists_from(viewer: Viewer, person: Person) -> bool:
    """Whether somebody keeps both lists to themselves. The numbers are shown, as Mastodon does."""
    return person.hide_collections and person.id != viewer.account
