"""People type their script on any keyboard: in Latin letters with suggestions, or by InScript. In real Chromium."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, StorageState, ViewportSize, expect

from browser.conftest import SharedBrowser
from chaupal.web.square.typing import BLOCKS
from chaupal.web.static import LEXICA
from serving import Served
from waiting import PATIENCE

DESKTOP = ViewportSize(width=1280, height=900)
READY = "html[data-typing=hi]"


@pytest.fixture(autouse=True)
def words() -> None:
    assert (LEXICA / "words.hi.gz").exists(), "no words for typing here: make assets"


@pytest.fixture(scope="module")
def chromium(shared: SharedBrowser) -> Iterator[Browser]:
    """One that translates scripts well: to take in fifty thousand words of each language took twice as long plainly."""
    with shared.at_work():
        browser = shared.launch()
        yield browser
        browser.close()


def writer(village: Served, chromium: Browser, **more: object) -> BrowserContext:
    context = chromium.new_context(base_url=village.url, **{"viewport": DESKTOP, "locale": "hi-IN", **more})
    context.set_default_timeout(1_000 * PATIENCE)
    page = context.new_page()
    page.goto("/")
    page.locator("section.village summary").click()
    page.locator("section.village button[name=handle][value=asha]").click()
    page.wait_for_url("**/")
    return context


@pytest.fixture(scope="module")
def signed_in(village: Served, chromium: Browser) -> StorageState:
    """The cookies of somebody who writes here; nothing else is remembered."""
    context = writer(village, chromium)
    state = context.storage_state()
    context.close()
    return StorageState(cookies=state.get("cookies", []), origins=[])


@contextmanager
def hindi_browser(village: Served, chromium: Browser, signed_in: StorageState) -> Generator[BrowserContext]:
    """A browser in which nothing was typed, picked or turned on before."""
    context = chromium.new_context(
        base_url=village.url, viewport=DESKTOP, locale="hi-IN", storage_state=signed_in, service_workers="block"
    )
    context.set_default_timeout(1_000 * PATIENCE)
    yield context
    context.close()


@pytest.fixture
def hindi(village: Served, chromium: Browser, signed_in: StorageState) -> Iterator[BrowserContext]:
    with hindi_browser(village, chromium, signed_in) as context:
        yield context


@pytest.fixture
def alone(hindi: BrowserContext) -> Page:
    """A new post, with phonetic typing turned on and its words there."""
    return ready(hindi)


@dataclass
class Desk:
    """A page on which one test after the other writes: to bring the words of a language costs more than most of them."""

    page: Page
    brought: set[str]


@pytest.fixture(scope="module")
def desk(village: Served, chromium: Browser, signed_in: StorageState) -> Iterator[Desk]:
    with hindi_browser(village, chromium, signed_in) as context:
        yield Desk(ready(context), {"hi"})


@pytest.fixture
def page(desk: Desk) -> Page:
    """The same, with nothing written."""
    desk.page.locator(".typing-bar select").first.select_option("phonetic")
    desk.page.locator("#text").fill("")
    choose(desk.page, "hi")
    desk.page.locator("#text").click()
    return desk.page


def ready(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/compose")
    page.locator("#text").click()
    page.keyboard.press("Control+m")
    page.wait_for_selector(READY, state="attached")
    return page


def candidates(page: Page) -> Locator:
    return page.locator(".candidates [role=option]")


def text(page: Page) -> str:
    return page.input_value("#text")


@pytest.mark.parametrize("language", ["hi-IN", "en-IN"])
def test_kisan_andolan_is_typed_in_latin_letters_and_posted_in_devanagari(
    village: Served, chromium: Browser, language: str
):
    context = writer(village, chromium, locale=language)
    page = ready(context)
    page.keyboard.type("kisan andolan")
    expect(candidates(page).first).to_contain_text("आंदोलन")
    page.locator(".sheet-foot button:not([name])").last.click()
    expect(page.locator("article", has_text="किसान आंदोलन").first).to_be_visible()
    context.close()


def test_space_takes_the_first_candidate_a_number_another_and_the_last_is_the_latin(page: Page):
    page.keyboard.type("namaste bharat ")
    assert text(page) == "नमस्ते भारत "
    page.keyboard.type("library")
    last = candidates(page).count()
    page.keyboard.press(str(last))
    assert text(page) == "नमस्ते भारत library"
    page.keyboard.type(" ")
    assert text(page) == "नमस्ते भारत library "


def test_arrows_move_and_a_screen_reader_is_told_where_one_is(page: Page):
    page.keyboard.type("main")
    field = page.locator("#text")
    expect(field).to_have_attribute("aria-activedescendant", "candidate0")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "candidate1")
    expect(page.locator("#candidate1")).to_have_attribute("aria-selected", "true")
    expect(page.locator("[aria-live=polite]", has_text="सुझाव")).to_contain_text(str(candidates(page).count()))
    page.keyboard.press("Escape")
    expect(field).not_to_have_attribute("aria-activedescendant", "candidate1")


def test_what_was_picked_comes_first_the_next_time_also_on_another_page(alone: Page, hindi: BrowserContext):
    alone.keyboard.type("main")
    second = candidates(alone).nth(1).inner_text().split()[-1]
    alone.keyboard.press("2")
    alone.keyboard.type(" main ")
    assert text(alone) == f"{second} {second} "
    alone.locator("#text").fill("")
    alone.reload()
    alone.locator("#text").click()
    alone.wait_for_selector(READY, state="attached")
    alone.keyboard.type("main ")
    assert text(alone) == f"{second} "


def test_backspace_right_after_brings_the_latin_back_and_it_stays(page: Page):
    page.keyboard.type("kisan ")
    page.keyboard.press("Backspace")
    assert text(page) == "kisan"
    page.keyboard.type(" andolan ")
    assert text(page) == "kisan आंदोलन "
    page.keyboard.type("a")
    page.keyboard.press("Backspace")
    assert text(page) == "kisan आंदोलन "


def test_escape_keeps_the_latin_of_this_word_only(page: Page):
    page.keyboard.type("kisan")
    page.keyboard.press("Escape")
    page.keyboard.type(" kisan ")
    assert text(page) == "kisan किसान "
    page.locator("#text").fill("")
    page.keyboard.type("kisan")
    page.keyboard.press("Escape")
    page.locator("#text").evaluate("field => (field.value = '')")  # as it is when a post was sent
    page.keyboard.insert_text("na")
    page.keyboard.type("maste kisan")
    assert text(page) == "नमस्ते kisan"
    page.keyboard.press("Escape")
    page.keyboard.press("Backspace")
    page.keyboard.type("n ")
    assert text(page) == "नमस्ते kisan "


def test_the_browsers_own_undo_knows_what_was_put(page: Page):
    page.keyboard.type("kisan")
    page.keyboard.press("Enter")
    assert text(page) == "किसान"
    page.keyboard.press("Control+z")
    assert text(page) == "kisan"


def test_handles_addresses_and_tags_in_latin_letters_are_left_alone_unless_chosen(page: Page):
    said = "@ravi https://example.com/kisan www.kisan.in #kisan "
    page.keyboard.type(said)
    assert text(page) == said
    page.keyboard.type("#kisan")
    offers = page.locator(".offers:not([hidden]) [role=option]")
    expect(offers.first).to_contain_text("#किसान")
    expect(candidates(page)).to_have_count(0)  # one list, never two at once
    page.keyboard.press("Enter")
    assert text(page).startswith(said + "#किसान")


def test_a_full_stop_after_devanagari_offers_the_danda(page: Page):
    page.fill("#text", "किसान")
    page.keyboard.press("End")
    page.keyboard.type(".")
    expect(candidates(page).first).to_contain_text("।")
    page.keyboard.type(" ")
    assert text(page) == "किसान। "
    page.fill("#text", "किसान")
    page.keyboard.press("End")
    page.keyboard.type(".5 ")
    assert text(page) == "किसान.5 "


def test_sending_while_a_word_is_typed_throws_nothing(alone: Page):
    thrown: list[str] = []
    alone.on("pageerror", lambda error: thrown.append(str(error)))
    alone.keyboard.type("kisan")
    expect(candidates(alone).first).to_be_visible()
    alone.locator(".sheet-foot button:not([formaction])").click()
    expect(alone.locator("[data-list] article").first).to_contain_text("किसान")
    assert thrown == []


def test_a_word_before_a_full_stop_is_taken_when_the_sentence_goes_on_and_an_address_is_not(page: Page):
    page.keyboard.type("kisan. example.com ")
    assert text(page) == "किसान. example.com "


def test_a_word_in_no_list_is_spelled_letter_by_letter(page: Page):
    page.keyboard.type("zzhrkmpt")
    words = [one.split()[-1] for one in candidates(page).all_inner_texts()]
    assert words[-1] == "zzhrkmpt" and words[0].startswith("ज")


def test_what_another_input_method_composes_is_not_touched(page: Page):
    page.evaluate(
        """() => { const f = document.querySelector('#text'); f.value = 'kisan'; f.setSelectionRange(5, 5);
        f.dispatchEvent(new InputEvent('input', {bubbles: true, isComposing: true})); }"""
    )
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_inscript_types_by_the_place_of_the_keys(page: Page):
    page.locator(".typing-bar select").first.select_option("inscript")
    page.locator("#text").click()
    for key in ("KeyK", "KeyF", "KeyM", "KeyE", "KeyV", "Space", "Shift+KeyE", "KeyX", "KeyO", "KeyA", "KeyN", "KeyV"):
        page.keyboard.press(key)
    assert text(page) == "किसान आंदोलन"
    page.keyboard.press("Shift+Digit7")
    page.keyboard.press("Shift+Period")
    page.keyboard.press("Digit7")
    assert text(page) == "किसान आंदोलनक्ष।7"


def test_the_language_of_the_post_is_the_language_that_is_typed(page: Page, desk: Desk):
    in_language(desk, "bn")
    page.keyboard.type("amar bangla ")
    assert text(page) == "আমার বাংলা "
    in_language(desk, "ta")
    page.keyboard.type("vanakkam ")
    assert text(page) == "আমার বাংলা வணக்கம் "


TYPED = {
    "hi": ("bharat ke log", "भारत के लोग"),
    "mr": ("maharashtra namaskar", "महाराष्ट्र नमस्कार"),
    "bn": ("bangladesh amar", "বাংলাদেশ আমার"),
    "pa": ("panjab", "ਪੰਜਾਬ"),
    "gu": ("gujarat kem", "ગુજરાત કેમ"),
    "or": ("odisha namaskar", "ଓଡ଼ିଶା ନମସ୍କାର"),
    "ta": ("vanakkam", "வணக்கம்"),
    "te": ("telugu namaskaram", "తెలుగు నమస్కారం"),
    "kn": ("kannada namaskara", "ಕನ್ನಡ ನಮಸ್ಕಾರ"),
    "ml": ("malayalam namaskaram", "മലയാളം നമസ്കാരം"),
}


def choose(page: Page, language: str) -> None:
    whom = page.locator("details.tongue")
    whom.locator("summary").click()
    page.select_option("#language", language)
    whom.locator("summary").click()


def in_language(desk: Desk, language: str) -> None:
    """Chosen for the first time on this page, its words come."""
    choose(desk.page, language)
    desk.page.locator("#text").click()
    if language not in desk.brought:
        desk.page.wait_for_selector(f"html[data-typing={language}]", state="attached")
        desk.brought.add(language)


@pytest.mark.parametrize("language", BLOCKS)
def test_each_script_is_typed_in_latin_letters_and_by_inscript_and_both_are_undone(
    page: Page, desk: Desk, language: str
):
    spelled, written = TYPED[language]
    in_language(desk, language)
    page.keyboard.type(spelled + " ")
    assert text(page) == written + " "
    page.keyboard.press("Backspace")
    assert text(page) == " ".join([*written.split()[:-1], spelled.split()[-1]])
    page.locator("#text").fill("")
    page.locator(".typing-bar select").first.select_option("inscript")
    page.locator("#text").click()
    page.keyboard.press("KeyK")
    page.keyboard.press("KeyF")
    ki = "".join(chr(BLOCKS[language] + place) for place in (0x15, 0x3F))
    assert text(page) == ki
    page.keyboard.press("Control+z")
    assert text(page) in ("", ki[0])  # browsers take letters back one by one or together


@pytest.mark.parametrize(
    ("language", "spelled", "written"),
    [
        ("hi", "gaon paon mahilaon", "गांव पाँव महिलाओं"),  # as nearly all write a village
        ("te", "vunnaru ikkada kathalu kadhalu", "ఉన్నారు ఇక్కడ కథలు కథలు"),  # a glide at the beginning; th and dh
        ("pa", "sheher pehli", "ਸ਼ਹਿਰ ਪਹਿਲੀ"),  # ahi is said eh
        ("gu", "nathi kadaach kadaaca", "નથી કદાચ કદાચ"),  # c is ch, too
        ("mr", "kuthe ahe", "कुठे आहे"),
        ("kn", "hege yenu", "ಹೇಗೆ ಏನು"),
        ("ml", "kooduthal aanu", "കൂടുതൽ ആണ്"),  # chillus, where one writes them today
    ],
)
def test_everyday_words_of_scripts_without_frequencies_come_first(
    page: Page, desk: Desk, language: str, spelled: str, written: str
):
    in_language(desk, language)
    page.keyboard.type(spelled + " ")
    assert text(page) == written + " "


def test_a_pick_is_learned_for_its_own_language_only(page: Page, desk: Desk):
    page.keyboard.type("sarkar")
    second = candidates(page).nth(1).inner_text().split()[-1]
    page.keyboard.press("2")
    in_language(desk, "mr")
    page.keyboard.type(" sarkar ")
    choose(page, "hi")
    page.locator("#text").click()
    page.keyboard.type("sarkar ")
    assert text(page).split()[0] == text(page).split()[2] == second != text(page).split()[1]


def test_an_english_word_is_found_as_english_spells_it(page: Page):
    page.keyboard.type("please doctor school ")
    assert text(page) == "प्लीज डॉक्टर स्कूल "


def test_before_all_words_are_there_none_is_put_and_then_those_that_were_typed_are(hindi: BrowserContext):
    """The list comes by the alphabet: half of it would make something else of what is typed."""
    page, held = hindi.new_page(), list[Route]()
    page.route("**/words.hi*", lambda request: held.append(request))
    page.goto("/compose")
    page.locator("#text").click()
    page.keyboard.press("Control+m")
    expect(page.locator(".typing-bar [aria-pressed=true]").first).to_be_visible()
    while not held:
        page.wait_for_timeout(50)
    page.locator("#text").press_sequentially("namaste kis", delay=30)
    expect(candidates(page)).to_have_count(0)
    assert text(page) == "namaste kis"
    for one in held:
        one.continue_()
    page.wait_for_selector(READY, state="attached")
    expect(candidates(page).first).to_contain_text("किस")
    assert text(page) == "नमस्ते kis"
    page.locator("#text").press_sequentially("an namaste ", delay=30)
    assert text(page) == "नमस्ते किसान नमस्ते "


def test_turned_off_it_does_nothing_and_stays_off(alone: Page):
    alone.get_by_role("button", name="Ctrl+M").first.click()
    alone.locator("#text").click()
    alone.keyboard.type("kisan ")
    assert text(alone) == "kisan "
    alone.reload()
    expect(alone.locator(".typing-switch").first).to_have_attribute("aria-pressed", "false")


def test_nothing_of_it_is_fetched_before_it_is_turned_on(hindi: BrowserContext):
    page = hindi.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/compose")
    page.locator("#text").click()
    page.keyboard.type("kisan ")
    assert not [url for url in asked if "typist" in url or "words." in url or "/lexicon/" in url]
    assert text(page) == "kisan "
    page.close()


def test_on_a_phone_the_candidates_stand_below_the_field_and_a_finger_chooses(village: Served, chromium: Browser):
    context = writer(village, chromium, viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto("/compose")
    page.locator(".typing-switch").first.tap()
    page.locator("#text").tap()
    page.wait_for_selector(READY, state="attached")
    page.keyboard.type("kisan")
    field, box = page.locator("#text").bounding_box(), page.get_by_role("listbox").bounding_box()
    assert field and box and box["y"] >= field["y"] + field["height"] - 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    candidates(page).first.tap()
    assert text(page) == "किसान"
    context.close()


def test_without_javascript_the_field_is_plain_and_the_page_shows_the_layout(village: Served, chromium: Browser):
    context = writer(village, chromium, java_script_enabled=False)
    page = context.new_page()
    page.goto("/compose")
    page.locator("#text").fill("kisan ")
    assert text(page) == "kisan "
    expect(page.locator(".typing-bar")).to_have_count(0)
    page.goto("/about/typing")
    expect(page.locator(".layout td", has_text="K")).to_contain_text("ख")
    page.goto("/about/typing?script=ta")
    expect(page.locator(".layout td", has_text="C")).to_contain_text("ண")
    context.close()
