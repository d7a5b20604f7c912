"""Texts made to hurt: each would take minutes were any step more than linear, so finishing is the proof."""

import pytest

from chaupal.text.analyse import query_terms, terms
from chaupal.text.captions import MOST_BYTES, BadCaptions, rewritten
from chaupal.text.clean import normalise_post
from chaupal.text.entities import find_entities, tags
from chaupal.text.fold import count_key, identity_key
from chaupal.text.html import render, to_text
from chaupal.text.language import detect
from chaupal.text.length import MAX_GRAPHEMES, clean_name, length, truncate

BIG = 300_000
HOSTILE = {
    "marks": "#क" + "\u0301\u0316" * BIG,
    "viramas": "#" + "क्" * BIG,
    "sigils": "#" * BIG,
    "tags": "#a" * BIG,
    "digits": "#1" * BIG,
    "invisible": ("#a" + "\u200e" * 1_000) * (BIG // 1_000),
    "medials": "#a" + "·" * BIG,
    "ats": "@a" * BIG,
    "labels": "@a@" + "b." * BIG,
    "hyphens": "http://" + "a-" * BIG,
    "schemes": "http://" * (BIG // 7),
    "brackets": "http://a.in/" + ")" * BIG + "(" * BIG,
    "flags": "🇮" * 2_000,
    "joiners": "#क\u200d\u200c" * BIG,
    "lines": " \n" * BIG,
    "angles": "<" * BIG,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_every_reader_of_posts_finishes(name):
    text = normalise_post(HOSTILE[name])
    find_entities(text)
    terms(text)
    query_terms(text)
    detect(text)
    truncate(text, MAX_GRAPHEMES)
    render(text, lambda handle: None, lambda tag: "/tags/" + tag)
    to_text(text)
    assert clean_name(text) is not None


@pytest.mark.parametrize("name", HOSTILE)
def test_every_key_finishes(name):
    assert identity_key(HOSTILE[name]) is not None
    assert count_key(HOSTILE[name]) is not None


@pytest.mark.parametrize("words", ["<v" + " " * MOST_BYTES, "<v " * (MOST_BYTES // 3), "<v." * (MOST_BYTES // 3)])
def test_captions_finish(words: str):
    with pytest.raises(BadCaptions):
        rewritten(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{words}x")


def test_ten_megabytes_are_refused_without_being_counted():
    assert length("क\u0301" * 5_000_000) > MAX_GRAPHEMES


def test_one_cluster_of_a_thousand_marks_is_too_many_bytes():
    assert length("क" + "\u0301" * 4_000) > MAX_GRAPHEMES


def test_a_tower_of_marks_is_no_tag():
    assert tags("#क" + "\u0301" * 2_000) == []
