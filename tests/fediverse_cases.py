"""What servers of the fediverse send, case by case (fediverse-pasture-inputs, funfedi-parsing-test-cases), and how each is shown here.

`python -m fediverse_cases` (in tests/) draws the whole table, and the paper of those that may surprise; a test holds both to what is read.
"""

import importlib
import sys
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import msgspec
import regex

from chaupal.federation.reading.activities import read_act
from chaupal.federation.reading.objects import PostRead, read_post
from chaupal.federation.reading.values import Unreadable
from chaupal.text import foreign

ACTOR = "http://pasture-one-actor/actor"
HERE = "http://here.example/@asha"
NOW = 1_900_000_000_000

# Where what is shown here is not what Mastodon shows, or where it may surprise: why.
ARGUED = {
    "attachments/4": "What is attached and is no picture, film or sound is a link beneath the words, for it can be shown in no other way.",
    "attachments/6": "As above. Mastodon's API has a medium of unknown kind, which most apps do not show.",
    "attachments/7": "As above.",
    "image_attachments/4": "SVG can hold programs and is not painted: a link beneath the words.",
    "image_attachments/5": "EPS is a program: a link beneath the words.",
    "image_attachments/16": "A picture inside the document is not taken: a document is no place for files, and bounded.",
    "in_reply_to/5": "A collection answers nothing that can be named.",
    "media_type/1": "Markdown is read as Markdown, in which this stands for itself.",
    "media_type/2": "Plain text is plain.",
    "media_type/4": "Markdown is read as Markdown.",
    "media_type/7": "Markdown is read as Markdown.",
    "mentions/8": "What has no type is nothing that we know.",
    "hashtag_jsonld/2": "What has no type is nothing that we know.",
    "object_types/2": "A file by itself says nothing that could be answered.",
    "object_types/7": "A place says nothing that could be answered.",
    "object_types/8": "A profile describes somebody; people are actors.",
    "object_types/9": "A relationship is between others.",
    "object_types/10": "A tombstone is what is left of a post.",
    "object_types/13": "Of several types the one that can be shown whole.",
    "object_types/14": "What has no type is nothing that we know.",
    "quotes/4": "FEP-e232 is read too.",
    "emoji/5": "Without a picture there is nothing to show in its place.",
    "emoji/6": "What stands elsewhere is not fetched for a picture of one letter's size.",
    "necessary_properties/1": "What has no address cannot be asked for again, nor taken back.",
    "necessary_properties/4": "What has no type is nothing that we know.",
    "create_activity/null actor": "Nobody did it.",
    "create_activity/null type": "Nothing was done.",
    "create_activity/without actor": "Nobody did it.",
    "create_activity/without type": "Nothing was done.",
    "necessary_properties_notes/without type": "What has no type is nothing that we know.",
    "necessary_properties/without type": "What has no type is nothing that we know.",
    "necessary_properties_polls/without type": "What has no type is nothing that we know.",
    "necessary_properties_polls/without oneOf": "A question without answers is shown as what it says.",
    "number_of_options_poll/100 choice": "Of so many answers thirty are shown.",
    "announce_create/Announce(Create(Note))": "The post is asked for where it is from: nobody is believed about what others said.",
}


_RANDOM = regex.compile(r"(?<=/objects/)[\w-]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # in addresses


class Case(NamedTuple):
    """One thing that is sent. `name`: `suite/case`; `activity`: as it comes in; `varied`: what of it the case is about."""

    name: str
    activity: dict[str, Any]
    varied: Any


def _stand_ins() -> None:
    """What the packages import to send their cases about, and to judge them, which is not needed to read them."""
    for name, words in {
        "fediverse_pasture": {},
        "fediverse_pasture.runner": {},
        "fediverse_pasture.runner.entry": {"Entry": object},
        "bovine": {},
        "bovine.utils": {"now_isoformat": lambda: "2025-01-01T00:00:00Z"},
        "bovine.activitystreams": {},
        "bovine.activitystreams.utils": {"as_list": lambda one: one if isinstance(one, list) else [one]},
        "funfedi_parsing_test_cases.schema": {"validate_activity": lambda activity: None},
    }.items():
        if name not in sys.modules:
            module = sys.modules[name] = ModuleType(name)
            module.__dict__.update(words)


def pasture() -> Iterator[Case]:
    """The cases of fediverse-pasture-inputs: properties that are put over those of a note."""
    _stand_ins()
    found = importlib.import_module("fediverse_pasture_inputs").available
    for suite in sorted(found):
        for number, varied in enumerate(found[suite].examples):
            note = {
                "type": "Note",
                "attributedTo": ACTOR,
                "to": ["as:Public", HERE],
                "id": f"{ACTOR}/{suite}/{number}",
                "content": "",
                "published": "2023-11-28T11:38:15Z",
            }
            note = {name: value for name, value in (note | varied).items() if value is not None and name != "@context"}
            shown = {name: value for name, value in varied.items() if name != "@context"}
            yield Case(
                f"{suite}/{number}", {"type": "Create", "id": f"{ACTOR}#1", "actor": ACTOR, "object": note}, shown
            )


def funfedi() -> Iterator[Case]:
    """The cases of funfedi-parsing-test-cases: whole activities."""
    _stand_ins()
    package = importlib.import_module("funfedi_parsing_test_cases")
    around = package.Environment(sending_actor_profile={"id": ACTOR, "type": "Person"}, receiving_actor=HERE)
    for suite in (package.activity_suite, package.event_suite, package.notes_suite, package.poll_suite):
        for short, cases in suite.tests.items():
            for case in cases:
                sent = case.maker.to_send(around)
                yield Case(f"{short}/{case.name}", sent.activity, None)


def read(case: Case) -> PostRead | str:
    """The post as it is read, or why it is not."""
    try:
        act = read_act(case.activity)
        if act.whole is None:
            return "asked for where it is from"
        return read_post(act.whole, around=act.raw, followers=f"{ACTOR}/followers", now=NOW)
    except Unreadable as problem:
        return f"not taken ({problem.why})"


def shown(case: Case) -> str:
    """In a few words, how a case is shown."""
    said = read(case)
    if isinstance(said, str):
        return said
    poll = ""
    if said.poll:
        titles = [one.title for one in said.poll.options]
        poll = f"{'any' if said.poll.multiple else 'one'} of {', '.join(titles) if len(titles) < 8 else len(titles)}"
    parts = {
        "": _RANDOM.sub("1", said.html.replace(f' target="_blank" rel="{foreign.REL}"', "")),
        "warning": said.spoiler,
        "sensitive": "yes" if said.sensitive and not said.spoiler else "",
        "language": said.language if "language" in case.name else "",
        "answers": said.answers,
        "quotes": said.quotes,
        "mentions": ", ".join(one.name or one.uri for one in said.mentions),
        "tags": ", ".join(f"#{one.name}" for one in said.tags),
        "emojis": ", ".join(f":{one.name}:" for one in said.emojis),
        "files": ", ".join(
            " ".join(filter(None, (one.kind, one.description and f"“{one.description}”"))) for one in said.files
        ),
        "poll": poll,
        "page": said.url if said.url != said.uri else "",
        "for": said.visibility.name.lower() if said.visibility else "",
    }
    return "; ".join(f"{name}: {value}" if name else value for name, value in parts.items() if value) or "nothing"


def table() -> str:
    """Every case, and how it is shown here."""
    return "\n".join(("# What other servers send, and how it is shown here", "", *_rows((*pasture(), *funfedi())), ""))


def paper() -> str:
    """What may surprise of it."""
    cases = (*pasture(), *funfedi())
    return "\n".join(
        (
            "# What other servers send, and how it is shown here",
            "",
            f"{len(cases)} cases of [fediverse-pasture-inputs](https://pypi.org/project/fediverse-pasture-inputs/) and",
            "[funfedi-parsing-test-cases](https://pypi.org/project/funfedi-parsing-test-cases/) go through the reading of posts",
            "(`federation/reading`). Here are those that are shown otherwise than by Mastodon's rules, or that may surprise;",
            "[all of them](../tests/unit/federation/reading/inputs.md) stand beside the test.",
            "Drawn by `python -m fediverse_cases`, in `tests/`.",
            "",
            *_rows(case for case in cases if case.name in ARGUED),
            "",
        )
    )


def _rows(cases: Iterable[Case]) -> list[str]:
    cells = (
        (case.name, _brief(case.varied) if case.varied else "", shown(case), ARGUED.get(case.name, ""))
        for case in cases
    )
    head = ["| case | what is varied | shown here | why |", "|---|---|---|---|"]
    return head + [f"| {' | '.join(map(_cell, row))} |" for row in cells]


def _brief(varied: Any) -> str:
    text = _RANDOM.sub("1", msgspec.json.encode(varied).decode())
    return text if len(text) <= 300 else text[:300] + "…"


def _cell(text: str) -> str:
    return (
        escape(text, quote=False)
        .replace("|", "&#124;")
        .replace("\n", " ")
        .replace("*", "&#42;")
        .replace("_", "&#95;")
        .replace("`", "&#96;")
        .replace("[", "&#91;")
    )


TESTS = Path(__file__).parent
DRAWN = {TESTS / "unit/federation/reading/inputs.md": table, TESTS.parent / "docs/federation-inputs.md": paper}

if __name__ == "__main__":
    for path, draw in DRAWN.items():
        path.write_text(draw(), "utf-8")
