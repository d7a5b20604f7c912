"""The style sheet keeps what Indian scripts need, and its colours can be told apart."""

from itertools import pairwise

import pytest
import regex

from chaupal.web import static

SHEETS = [static.FOLDER / static.SHEET, *sorted(static.SHEETS.glob("*.css"))]
RULES = static.sheet().decode()
TOKEN = regex.compile(r"--([\w-]+): (#[0-9a-f]{3,6});")
# What is written with what on what.
PAIRS = (
    ("ink", "paper"),
    ("soft", "paper"),
    ("soft", "sunken"),
    ("ink", "raised"),
    ("accent", "paper"),
    ("accent-ink", "accent"),
    ("accent", "accent-tint"),
    ("ink", "accent-tint"),
    ("law", "law-tint"),
    ("ink", "law-tint"),
    ("wrong", "paper"),
    ("like", "paper"),
    ("again", "paper"),
    ("wrong", "wrong-tint"),
    ("stage-ink", "stage"),
)


def tokens_of(selector: str) -> dict[str, str]:
    """The colours in the first rule of this selector."""
    return dict(TOKEN.findall(RULES.partition(f"{selector} {{")[2].partition("}")[0]))


LIGHT, DARK, CHOSEN_DARK = (
    tokens_of(":root"),
    tokens_of(":root:not([data-theme=light])"),
    tokens_of("[data-theme=dark]"),
)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read_on_its_ground(scheme: str, text: str, ground: str):
    colours = LIGHT if scheme == "light" else LIGHT | DARK
    assert contrast(colours[text], colours[ground]) >= 4.5


def test_every_colour_has_a_dark_form():
    assert set(LIGHT) <= set(DARK)


def test_dark_is_the_same_whether_the_system_or_the_reader_asks_for_it():
    assert CHOSEN_DARK == DARK


def test_letters_keep_their_shapes():
    for never in ("letter-spacing", "text-transform", "font-style: italic", "oblique", "@import", "url("):
        assert never not in RULES
    assert regex.search(r"body \{[^}]*line-height: 1\.6", RULES)
    assert regex.search(r":lang\(ur\) \{ line-height: 2\.1", RULES)
    lines = [float(n) for n in regex.findall(r"line-height: ([\d.]+)", RULES) if n not in ("0", "1")]
    assert min(lines) >= 1.4


def test_whoever_wishes_for_no_motion_has_none():
    still = RULES.partition("@media (prefers-reduced-motion: reduce)")[2]
    assert "animation: none !important" in still
    moving = RULES.split("@media (prefers-reduced-motion: no-preference)")
    assert "animation: rise" not in moving[0]


def test_sides_are_logical_so_that_urdu_is_mirrored():
    physical = regex.findall(
        r"(?<![\w-])(?:margin|padding|border)-(?:left|right|top|bottom)|(?<![\w-])(?:left|right|top|bottom|width|height)\s*:",
        RULES,
    )
    assert [p for p in physical if not p.startswith(("width", "height"))] == []


def test_sections_stand_in_one_order():
    heads = [regex.findall(r"/\* --- (.+?) --- \*/", sheet.read_text("utf-8")) for sheet in SHEETS]
    assert heads[0][:3] == ["tokens", "ground", "frame"]
    assert all(h.startswith("pieces") for h in (*heads[0][3:], *(head for more in heads[1:] for head in more)))
    assert all(a != b for a, b in pairwise(heads[0]))
