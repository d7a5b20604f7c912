"""The shape of what can be wrong: a code's words for programs and for people, and one thing that is wrong with its values."""

from collections.abc import Mapping
from typing import NamedTuple

OTHER = "ERR_INVALID"  # Mastodon's word where it has no other

type Value = str | int


class Fault(NamedTuple):
    """What is said of a code. `%(…)s`: the values that it is raised with.

    `field`: which one is wrong, unless whoever raises it names another (`field=…`); empty where it is about no field.
    `api` and `brief` (what is wrong with the field, in a few words) are for programs, in the English that Mastodon's clients
    know; `page` is a key of the catalogues. Where `api` is empty, programs read the field's name and `brief`.
    `kind`: Mastodon's word for it (`details` of https://docs.joinmastodon.org/methods/accounts/#422-unprocessable-entity).
    `alone`: programs read `api` as it stands, and not after "Validation failed: ".
    """

    field: str
    api: str
    brief: str
    page: str
    kind: str = OTHER
    alone: bool = False


class Wrong(NamedTuple):
    """One thing that is wrong. `typed`: the line that it is about, as it was typed, where a field holds many."""

    code: str
    values: Mapping[str, Value] = {}
    typed: str = ""


def whole(api: str, page: str = "") -> Fault:
    """What is said of an act as a whole, to programs and to people (`page` empty: in the same words)."""
    return Fault("", api, "", page or api)


def sentence(page: str) -> Fault:
    """The same, as people read it; programs read it without its full stop."""
    return whole(page.rstrip("."), page)


def at(field: str, api: str, brief: str, page: str = "", kind: str = OTHER, *, alone: bool = False) -> Fault:
    """What is said of a field. `api` ends in `…` where it goes on as `brief`; `page` empty: people read the brief, too."""
    return Fault(field, api.replace("…", brief), brief, page or brief, kind, alone)


def alike(field: str, page: str, brief: str, kind: str = OTHER, *, alone: bool = False) -> Fault:
    """The same in a sentence that people and programs read alike, these without its full stop."""
    return at(field, page.rstrip("."), brief, page, kind, alone=alone)


def named(field: str, brief: str, page: str, kind: str = OTHER) -> Fault:
    """The same where programs read the field's own name before the `brief`."""
    return at(field, f"{field.replace('_', ' ').capitalize()} {brief}", brief, page, kind)


def beside(text: str, kind: str = OTHER) -> Fault:
    """What is said beside a field of a form, to programs and people alike."""
    return at("", "", text, kind=kind)
