"""The catalogue of Hindi is whole: every text of the pages, the same placeholders, the house's spelling."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import regex
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from chaupal.governance.appeals import notices
from chaupal.governance.cases import bulk, effects
from chaupal.governance.orders import csv_targets, documents, portal
from chaupal.governance.people import reports
from chaupal.http import limits
from chaupal.kernel.clock import DAY, HOUR, MINUTE, SECOND
from chaupal.social.people import accounts, moving
from chaupal.social.posts import drafts_and_scheduled, polls
from chaupal.social.signin import oauth, password_and_email
from chaupal.store.notifications import notification_mails
from chaupal.text.length import MAX_GRAPHEMES
from chaupal_audit.law.alone import EMERGENCY_LASTS

ROOT = Path(__file__).resolve().parents[3]
HINDI = ROOT / "src" / "chaupal" / "web" / "locales" / "hi" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = regex.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w*\}|</?\w+>")
# Mastodon's catalogue and hasty translators have these; what is meant has other words in docs/glossary.md.
NOT_OURS = ("निम्नलिखित", "भोंपू", "टूट", "अनुसरण", "तुम", "तेरा", "क़ानून", "ख़बर", "सम्बन्ध", "हिन्दी में")
HALF_NASAL = regex.compile(r"ङ्[कखगघ]|ञ्[चछजझ]|ण्[टठडढ]|न्[तथदध]|म्[पफबभ]")
LOAN_NUKTA = regex.compile("[कखग]\u093c")


# What is said of numbers that stand in the code, and whether they are so.
NUMBERS = {
    "A poll is open for five minutes at least, and for a month at most.": (
        polls.SHORTEST == 5 * MINUTE // SECOND and 30 <= polls.LONGEST * SECOND / DAY <= 31
    ),
    "Choose a time that is five minutes from now at least.": drafts_and_scheduled.SOONEST == 5 * MINUTE,
    "An account moves once in thirty days.": moving.AGAIN_AFTER == 30 * DAY,
    "It works once, and for two days.": accounts.CONFIRM_LASTS == 2 * DAY,
    "It works once, for one hour.": password_and_email.RESET_LASTS == HOUR,
    "It works once, for three days. You can write the report anew.": reports.CONFIRM_LASTS == 3 * DAY,
    "A link to enrol goes there; it works for three days.": portal.INVITATION_LASTS == 3 * DAY,
    "Copy this code into <bdi>%(name)s</bdi>. It works once, for ten minutes.": oauth.CODE_LASTS == 10 * MINUTE,
    "For a quarter of an hour it is open only where you have logged in before.": limits.GUESSES[1] == 15 * 60,
    "It is in force at once by your word alone, and over after 24 hours unless a second person agrees. The log says so.": (
        EMERGENCY_LASTS == DAY
    ),
    "Without a day it holds until it is decided otherwise, is looked at again each half-year, and takes two people.": (
        effects.REVIEW_AT_LATEST == 180 * DAY
    ),
    "They were told of this less than a day ago": notices.AGAIN_AFTER == DAY,
    "PDF, PNG, JPEG, plain text or a mail (.eml), 20 MB each. They are kept encrypted.": documents.BIGGEST
    == 20_000_000,
    "Columns: target, demanded, note. Up to 5,000 rows; you see what each names before anything is filed.": (
        csv_targets.MOST_TARGETS == 5_000
    ),
    "The rows are entered, a hundred at a time.": bulk.AT_ONCE == 100,
    "Write in your own language, up to 500 letters. When an authority wants a post gone, here you see who asked, "
    "under which law, what was decided, and how to appeal.": MAX_GRAPHEMES == 500,
    "What you have not read here after half an hour comes in one letter: who did what, and where to read it. While you "
    "have not looked at your notifications since the last letter, the next comes after six hours, and once something "
    "has waited for three days, after a day. "
    "The words of others do not stand in letters.": (
        (notification_mails.WAIT, notification_mails.AWAY, notification_mails.LONG, notification_mails.LONG_AWAY)
        == (30 * MINUTE, 6 * HOUR, 3 * DAY, DAY)
    ),
}


def key(message: Message) -> tuple[str, str]:
    return (message.context or "", message.id if isinstance(message.id, str) else message.id[0])


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


@pytest.fixture(scope="module")
def hindi() -> Catalog:
    return read_po(HINDI.open("rb"), locale="hi")


def test_numbers_that_are_written_into_sentences_are_those_of_the_code(hindi: Catalog):
    assert [said for said, is_so in NUMBERS.items() if said not in hindi or not is_so] == []


@pytest.fixture(scope="module")
def asked() -> Catalog:
    """What the pages ask for: gathered anew from the sources."""
    with (ROOT / "babel.cfg").open("rb") as file:
        methods, options = parse_mapping_cfg(StringIO(file.read().decode()))
    catalogue = Catalog()
    for _, _, message, _, context in extract_from_dir(ROOT, methods, options):
        catalogue.add(message, None, context=context)
    return catalogue


def said(catalogue: Catalog) -> Iterator[tuple[Message, str]]:
    return ((message, form) for message in catalogue if message.id for form in forms(message))


def test_every_text_of_the_pages_is_there_in_hindi(hindi: Catalog, asked: Catalog):
    known = {key(m) for m in hindi if m.id and all(forms(m))}
    missing = [key(m) for m in asked if m.id and key(m) not in known]
    assert len(list(asked)) > 250
    assert not missing


def test_nothing_is_left_over_and_nothing_is_guessed(hindi: Catalog, asked: Catalog):
    wanted = {key(m) for m in asked}
    assert [key(m) for m in hindi if m.id and key(m) not in wanted] == []
    assert [key(m) for m in hindi if m.id and m.fuzzy] == []
    assert not hindi.obsolete


def test_placeholders_are_the_same_in_both_languages(hindi: Catalog):
    for message, form in said(hindi):
        originals = [message.id] if isinstance(message.id, str) else message.id
        wanted = {tuple(sorted(PLACEHOLDER.findall(text))) for text in originals}
        assert tuple(sorted(PLACEHOLDER.findall(form))) in wanted, form


def test_none_and_one_are_one_form(hindi: Catalog):
    assert hindi.plural_expr == "(n > 1)"
    assert all(len(forms(m)) == 2 for m in hindi if isinstance(m.id, tuple))


def test_the_house_spelling_is_kept(hindi: Catalog):
    for _, form in said(hindi):
        assert not HALF_NASAL.search(form), form
        assert not LOAN_NUKTA.search(form), form
        assert not regex.search("[०-९]", form), form
        assert not any(word in form for word in NOT_OURS), form


def test_a_sentence_ends_with_a_danda(hindi: Catalog):
    for message, form in said(hindi):
        if isinstance(message.id, str) and message.id.endswith(".") and not message.id.endswith("has:media."):
            assert form.endswith("।"), form
