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

ROOT = Path(__file__).resolve().parents[3]
HINDI = ROOT / "src" / "chaupal" / "web" / "locales" / "hi" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = regex.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w*\}|</?\w+>")
# Mastodon's catalogue and hasty translators have these; what is meant has other words in docs/glossary.md.
NOT_OURS = ("निम्नलिखित", "भोंपू", "टूट", "अनुसरण", "तुम", "तेरा", "क़ानून", "ख़बर", "सम्बन्ध", "हिन्दी में")
HALF_NASAL = regex.compile(r"ङ्[कखगघ]|ञ्[चछजझ]|ण्[टठडढ]|न्[तथदध]|म्[पफबभ]")
LOAN_NUKTA = regex.compile("[कखग]\u093c")


def key(message: Message) -> tuple[str, str]:
    return (message.context or "", message.id if isinstance(message.id, str) else message.id[0])


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


@pytest.fixture(scope="module")
def hindi() -> Catalog:
    return read_po(HINDI.open("rb"), locale="hi")


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
