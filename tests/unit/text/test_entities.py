"""Tags, their two keys, mentions and links: the house's vectors, and the promises the keys keep for every text."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, strategies as st

from chaupal.text.entities import Entity, find_entities, tags
from chaupal.text.fold import count_key, fold_words, identity_key

# What the composer's script is held to as well (tests/unit/web/square/test_composer_script.py).
SHARED = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))


def mentions(post: str) -> list[str]:
    return [one.text.lower() for one in find_entities(post) if one.kind == "mention"]


def urls(post: str) -> list[str]:
    return [one.text for one in find_entities(post) if one.kind == "url"]


# (post, its tags, their identity keys, their count keys); None: the same as the column to the left.
VECTORS = [
    ("#हिन्दी", ["हिन्दी"], None, ["हिंदी"]),
    ("#हिंदी", ["हिंदी"], None, None),
    ("#हिन्\u200cदी", ["हिन्\u200cदी"], ["हिन्दी"], ["हिंदी"]),
    ("#हिंदी❤\ufe0f", ["हिंदी"], None, None),
    ("#हिंदी-दिवस", ["हिंदी"], None, None),
    ("जय #किसान_आंदोलन।", ["किसान_आंदोलन"], None, ["किसानआंदोलन"]),
    ("#किसान_आन्दोलन, जारी", ["किसान_आन्दोलन"], None, ["किसानआंदोलन"]),
    ("#किसानआंदोलन", ["किसानआंदोलन"], None, None),
    ("#\u0958ानून", ["क\u093cानून"], None, ["कानून"]),
    ("#क\u093cानून", ["क\u093cानून"], None, ["कानून"]),
    ("#कानून", ["कानून"], None, None),
    ("#ज\u093cिन्दगी", ["ज\u093cिन्दगी"], None, ["जिंदगी"]),
    ("#जिंदगी", ["जिंदगी"], None, None),
    ("#माँ", ["माँ"], None, ["मां"]),
    ("#मां", ["मां"], None, None),
    ("#गङ्गा", ["गङ्गा"], None, ["गंगा"]),
    ("#क्\u200dया", ["क्\u200dया"], ["क्या"], None),
    ("#बजट२०२४", ["बजट२०२४"], ["बजट2024"], None),
    ("#बजट2024", ["बजट2024"], None, None),
    ("#२०२४", [], None, None),
    ("#_", [], None, None),
    ("नमस्ते#भारत", [], None, None),
    ("https://x.in/#भारत", [], None, None),
    ("&#2350;", [], None, None),
    ("##भारत", [], None, None),
    ("#\ufe0f\u20e3", [], None, None),
    ("#ँ", [], None, None),
    ("#अब_की_बार_400_पार", ["अब_की_बार_400_पार"], None, ["अबकीबार400पार"]),
    ("#अ\u093eप", ["अ\u093eप"], ["आप"], None),
    ("#डॉ॰अंबेडकर", ["डॉ॰अंबेडकर"], None, ["डॉअंबेडकर"]),
    ("#श्री\u200bराम", ["श्री\u200bराम"], ["श्रीराम"], None),
    ("#मो\u200eदी", ["मो\u200eदी"], ["मोदी"], None),
    ("(#भारत)", ["भारत"], None, None),
    ("＃भारत", ["भारत"], None, None),
    ("#भारत#चुनाव", ["भारत", "चुनाव"], None, None),
    ("#भारत,#चुनाव;#मत", ["भारत", "चुनाव", "मत"], None, None),
    ("#উত্\u200dসব", ["উত্\u200dসব"], ["উৎসব"], None),
    ("#উৎসব", ["উৎসব"], None, None),
    ("#ব\u09bcবি", ["ব\u09bcবি"], ["রবি"], None),
    ("#অ\u09beমি", ["অ\u09beমি"], ["আমি"], None),
    ("#ஶ்ரீ", ["ஶ்ரீ"], ["ஸ்ரீ"], None),
    ("#ஸ்ரீ", ["ஸ்ரீ"], None, None),
    ("#അവന്\u200d", ["അവന്\u200d"], ["അവൻ"], None),
    ("#അവൻ", ["അവൻ"], None, None),
    ("#హిన్దీ", ["హిన్దీ"], None, ["హిందీ"]),
    ("#ಹಿನ್ದಿ", ["ಹಿನ್ದಿ"], None, ["ಹಿಂದಿ"]),
    ("#હિન્દી", ["હિન્દી"], None, ["હિંદી"]),
    ("#ਪੰਜਾਬੀ", ["ਪੰਜਾਬੀ"], None, ["ਪਂਜਾਬੀ"]),
    ("#كتاب", ["كتاب"], ["کتاب"], None),
    ("#مُحَمَّد", ["مُحَمَّد"], ["محمد"], None),
    ("#عل\u0640\u0640\u0640ی", ["عل\u0640\u0640\u0640ی"], ["علی"], None),
    ("#\ufdfa", ["\ufdfa"], ["صلیاللہعلیہوسلم"], None),
    ("#KisanAndolan", ["KisanAndolan"], ["kisanandolan"], None),
    ("#kisan_andolan", ["kisan_andolan"], None, ["kisanandolan"]),
    ("#ＫＩＳＡＮ", ["ＫＩＳＡＮ"], ["kisan"], None),
    ("#𝐌𝐨𝐝𝐢", ["𝐌𝐨𝐝𝐢"], ["modi"], None),
    ("#l·l", ["l·l"], None, ["ll"]),
    ("#C++", ["C"], ["c"], None),
    ("#दुःख:", ["दुःख"], None, None),
    ("#राम॥", ["राम"], None, None),
    ("#பக\u0bc6\u0bbe", ["பகொ"], None, None),
    ("#پاکستان۔", ["پاکستان"], None, None),
    ("#cafe\u0301", ["café"], None, None),
    *[
        (f"#{word}", [word], None, None)
        for word in ["पढ़ाई", "अन्न", "सम्मान", "विज्ञान", "ॐ", "বাংলা", "সময়", "অসমীয়া", "தமிழ்", "கொ", "ଓଡ଼ିଆ"]
    ],
]

# Letters, signs, viramas, nuktas, digits, joiners and separators of the nine scripts and of Urdu.
LETTERS = "".join(
    letter
    for block in (*range(0x0900, 0x0D80, 0x80), 0x0600, 0x0680)
    for letter in map(chr, range(block, block + 0x80))
    if unicodedata.category(letter)[0] in "LMN"
)
WORDS = st.text(st.sampled_from(LETTERS + "\u200c\u200d\u093c\u094d_·॰abZ1"), max_size=12)
HEAPS = st.text(
    st.sampled_from("अआएकनरबदडँ\u093c\u093e\u0947\u0945\u094d_ঋব\u09bcണന്ൌഒിౕஶ்ரீیى\u0654ه\u200c\u200d"), max_size=10
)


@pytest.mark.parametrize(("post", "found", "identity", "count"), VECTORS, ids=[ascii(vector[0]) for vector in VECTORS])
def test_a_tag_and_its_keys_are_read_as_the_house_reads_them(post, found, identity, count):
    identity = found if identity is None else identity
    count = identity if count is None else count
    assert tags(post) == found
    assert [identity_key(tag) for tag in found] == identity
    assert [count_key(tag) for tag in found] == count


@pytest.mark.parametrize(("post", "found"), SHARED["tags"], ids=ascii)
def test_a_tag_may_follow_a_picture_of_several_letters_and_keeps_its_tsheg(post, found):
    assert tags(post) == found


@pytest.mark.parametrize(("post", "found"), SHARED["links"], ids=ascii)
def test_a_link_may_lead_to_any_host_that_browsers_open(post, found):
    assert urls(post) == found


@pytest.mark.parametrize(("post", "found"), SHARED["remote"], ids=ascii)
def test_a_remote_handle_may_live_wherever_a_link_may_lead(post, found):
    assert mentions(post) == found


def test_what_an_address_follows_is_no_tag():
    assert tags("#http://example.org #भारत#https://x.in #ftp://x") == ["भारत"]
    assert tags("#http #https://") == ["http"]


def test_the_two_tshegs_are_one_and_a_tag_counts_without_them():
    assert identity_key("བོད་སྐད") == identity_key("བོད༌སྐད") == "བོད་སྐད"
    assert count_key("བོད་སྐད") == count_key("བོད_སྐད")


@given(WORDS | HEAPS)
@example("अ_ा")
@example("र_\u093c")
@example("ऱ्इ")
@example("\u041d\u043e\u0432\u043e\u0441\u0442\u0438RT")
@example("m\u041ddi")
@example("m\u043ddi")
def test_a_key_of_a_key_is_itself(word):
    assert identity_key(identity_key(word)) == identity_key(word)
    assert count_key(count_key(word)) == count_key(word)


@given(WORDS | HEAPS)
def test_words_with_one_identity_have_one_count(word):
    assert count_key(identity_key(word)) == count_key(word)


@given(WORDS | HEAPS)
def test_composed_and_decomposed_spellings_have_the_same_keys(word):
    forms = [unicodedata.normalize(form, word) for form in ("NFC", "NFD")]
    assert len({identity_key(form) for form in forms}) == 1
    assert len({count_key(form) for form in forms}) == 1


@given(WORDS | HEAPS, st.integers(0, 12))
def test_a_zero_width_non_joiner_anywhere_changes_no_key(word, at):
    marked = word[:at] + "\u200c" + word[at:]
    assert identity_key(marked) == identity_key(word)
    assert count_key(marked) == count_key(word)


@given(WORDS | HEAPS)
def test_a_key_holds_letters_marks_digits_and_separators_only(word):
    assert all(unicodedata.category(c) in ("Mn", "Mc", "Nd") or c.isalpha() for c in count_key(word))


@pytest.mark.parametrize(
    "pair", ["की कि", "में मैं", "है हे", "शो सो", "बड\u093cा बडा", "অন্ন অংন", "চাঁদ চাদ", "என் என", "ਸ\u0a3cਾਹ ਸਾਹ"]
)
def test_different_words_keep_different_counts(pair):
    one, other = pair.split()
    assert count_key(one) != count_key(other)


@pytest.mark.parametrize("posing", ["m\u043edi", "\u041codi", "m\u03bfd\u0456", "\uff4d\u043edi"])
def test_letters_of_another_script_that_pose_as_latin_ones_in_a_word_are_these(posing):
    assert identity_key(posing) == "modi"
    alone = "\u0440\u043e\u0440"  # a word of that script alone, which looks like pop
    assert count_key(alone) == alone


@pytest.mark.parametrize("tag", ["\u041d\u043e\u0432\u043e\u0441\u0442\u0438RT", "\u0392\u03bf\u03c5\u03bb\u03aeTV"])
def test_a_russian_or_greek_word_beside_a_latin_one_is_the_same_in_small_letters(tag):
    assert identity_key(tag) == identity_key(tag.upper()) == tag.casefold()


@pytest.mark.parametrize("tag", ["\u0422\u0412_RT", "\u041d\u0422\u0412Plus", "\u0392\u0397\u03a4\u0391_tv"])
def test_a_word_whose_capitals_alone_pose_is_the_same_in_small_letters(tag):
    assert count_key(tag) == count_key(tag.lower()) == count_key(tag.upper()) and count_key(tag).isascii()


def test_running_text_is_folded_word_by_word():
    words = fold_words("हिन्दी, #किसान_आन्दोलन! ज\u093cरूरी ＫＩＳＡＮ २०२४ — Delhi's")
    assert words == ["हिंदी", "किसान", "आंदोलन", "जरूरी", "kisan", "2024", "delhi", "s"]


def test_entities_are_in_order_and_offsets_cut_the_text():
    post = "को@ravi देखो https://x.in/#अ, #भारत#चुनाव (@asha@mastodon.social)"
    found = find_entities(post)
    assert [(kind, text) for kind, _, _, text in found] == [
        ("mention", "ravi"),
        ("url", "https://x.in/#अ"),
        ("tag", "भारत"),
        ("tag", "चुनाव"),
        ("mention", "asha@mastodon.social"),
    ]
    assert found[0] == Entity("mention", 2, 7, "ravi")
    assert post[found[3].start : found[3].end] == "#चुनाव"


def test_a_tag_ends_at_a_hundred_clusters():
    assert tags("#" + "क्षि" * 100) == ["क्षि" * 100]
    assert tags("#" + "क्षि" * 101) == []


def test_a_tag_of_invisible_letters_is_no_tag():
    assert tags("#\u3164\u115f") == []


def test_handles_are_ascii_and_stand_beside_indic_letters():
    assert mentions("को@Raviने, @a@b.c.comको @दिल्ली ravi@x.in @" + "a" * 31) == ["ravi", "a@b.c.com"]


def test_a_remote_handle_may_live_on_an_indian_domain():
    assert mentions("@ravi@चौपाल.भारत।") == ["ravi@चौपाल.भारत"]


@pytest.mark.parametrize(
    ("post", "link"),
    [
        ("देखो https://x.in।", "https://x.in"),
        ("https://x.inको", "https://x.in"),
        ("https://x.in/a?b=c#d!", "https://x.in/a?b=c#d"),
        ("(https://hi.wikipedia.org/wiki/भारत_(देश)),", "https://hi.wikipedia.org/wiki/भारत_(देश)"),
        ("http://चौपाल.भारत/हिन्दी", "http://चौपाल.भारत/हिन्दी"),
        ("https://x.in/%E0%A4%AD?q=%20", "https://x.in/%E0%A4%AD?q=%20"),
        ("HTTPS://X.IN:8080/", "HTTPS://X.IN:8080/"),
        ("“https://x.in/a”", "https://x.in/a"),
        ("https://x.in/\u202egnp.exe", "https://x.in/"),
    ],
)
def test_a_link_ends_where_a_reader_ends_it(post, link):
    assert urls(post) == [link]


@pytest.mark.parametrize(
    "link",
    [
        "https://हिन्दी-समाचार.भारत/",
        "https://समाचार24.भारत/x",
        "http://तमिल-news.in",
        "https://my_name.example.org/a",
        f"https://{'a' * 63}.in/x",
    ],
)
def test_hosts_in_indian_scripts_with_digits_or_hyphens_and_names_with_underscores_are_links(link: str):
    assert urls(f"देखो {link} और बताओ") == [link]


@pytest.mark.parametrize("host", ["a" * 64 + ".in", "news." + "b" * 64 + ".in", "-x.in", "x-.in"])
def test_labels_over_63_letters_or_with_a_hyphen_at_an_end_are_none(host: str):
    assert urls(f"https://{host}/x") == []


@pytest.mark.parametrize(
    "post", ["javascript:alert(1)", "ftp://x.in", "http://", "https://x", "xhttp://a.in", "x.in/a"]
)
def test_what_is_not_a_web_address_is_no_link(post):
    assert urls(post) == []
