"""Writing with a script: the counter counts as the server does, names are completed, pictures are sent, nothing is lost."""

import base64
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from browser.conftest import Opens
from chaupal.text.length import MAX_GRAPHEMES, length
from films import film
from looks import axe
from painted import picture

TEXT = "form.sheet textarea"
POST = ".sheet-foot button:not([formaction])"
TOOLS = ".tools > details > summary:visible"  # a poll, a later time, a warning, whom it is for
VECTORS = (
    "राष्ट्र",
    "क्‍या बात है 👨‍👩‍👧‍👦 🇮🇳",
    "देखिए https://example.org/बहुत/लंबा/पता?q=किसान।",
    "(https://example.org/wiki/Chaupal_(village)).",
    "को@ravi और @karl@example.org से",
    "ﷺ é é தமிழ் ശ്രീ ਪੰਜਾਬੀ",
    "https://उदाहरण.भारत/x, https://localhost:8000/y",
)


@pytest.fixture
def page(opens: Opens) -> Page:
    page = opens("asha")
    page.wait_for_selector(".left", state="attached")
    return page


@pytest.fixture
def slow(opens: Opens) -> Iterator[tuple[Page, list[Route]]]:
    """A page that is there to write on, while the script of its sheet has not come yet; and what is held back."""
    page, held = opens("asha", at="", service_workers="block"), list[Route]()
    page.route("**/static/composer*", lambda request: held.append(request))
    page.goto("/")
    yield page, held
    page.unroute_all(behavior="ignoreErrors")


def left(page: Page) -> int:
    said = page.locator(".left").inner_text()
    return int("".join(c for c in said if c.isdigit() or c == "-"))


def test_the_counter_counts_as_the_server_does(page: Page):
    for text in VECTORS:
        page.fill(TEXT, text)
        assert left(page) == MAX_GRAPHEMES - length(text), text
    page.fill(TEXT, "")


def test_few_letters_left_are_read_out_and_too_many_are_said_beside_the_field(page: Page):
    page.fill(TEXT, "क" * 460)
    expect(page.locator(".sheet .unseen[aria-live=polite]")).to_have_text("शेष 40")
    page.fill(TEXT, "क" * 501)
    page.click(POST)
    expect(page.locator("#text-error")).to_contain_text("500")
    assert page.input_value(TEXT) == "क" * 501
    page.fill(TEXT, "")


def test_names_and_tags_are_completed_by_key(page: Page):
    page.locator(TEXT).press_sequentially("नमस्ते @ra", delay=20)
    expect(page.locator(".offers li").first).to_contain_text("@ravi")
    expect(page.locator(".offers li").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    assert page.input_value(TEXT).startswith("नमस्ते @ravi ")
    page.locator(TEXT).press_sequentially("#किसा", delay=20)
    expect(page.locator(".offers li").first).to_contain_text("#किसान")
    page.keyboard.press("Tab")
    assert "#किसान" in page.input_value(TEXT)
    page.fill(TEXT, "")


def test_a_name_and_enter_at_once_is_no_dead_mention(page: Page):
    page.locator(TEXT).click()
    page.keyboard.type("@ash")
    page.keyboard.press("Enter")  # before anything is offered
    expect(page.locator(TEXT)).to_have_value("@asha ")
    page.keyboard.type("@zzzz")
    page.keyboard.press("Enter")
    expect(page.locator(TEXT)).to_have_value("@asha @zzzz\n")
    page.fill(TEXT, "")


def test_the_sheet_is_one_line_that_opens_with_one_row_of_icons(page: Page):
    assert (page.locator("form.sheet").bounding_box() or {})["height"] < 70
    expect(page.locator(".tools")).to_be_hidden()
    page.locator(TEXT).click()
    icons = page.locator(f"{TOOLS}, .tools > label.tool")
    expect(icons).to_have_count(7)
    assert len({round((one.bounding_box() or {})["y"]) for one in icons.all()}) == 1
    assert (page.locator(POST).bounding_box() or {})["x"] > 200


def test_the_icons_stand_in_order_and_no_two_are_alike(page: Page):
    """Picture, poll, warning, emoji, later, language, audience."""
    page.locator(TEXT).click()
    icons = page.locator(f"{TOOLS}, .tools > label.tool")
    told = [one.get_attribute("title") for one in icons.all()]
    assert told == ["चित्र जोड़ें", "पोल", "देखने से पहले चेतावनी", "इमोजी", "बाद में, या मसौदे में", "भाषा", "कौन देखे"]
    assert len({one.locator("svg").inner_html() for one in icons.all()}) == len(told)
    page.locator("details.tongue summary").click()
    expect(page.locator("#language")).to_be_visible()
    expect(page.locator("#visibility")).to_be_hidden()
    page.locator("details.whom summary").click()
    expect(page.locator("#visibility")).to_be_visible()


@pytest.mark.parametrize("language", ["hi", "en"])
def test_when_few_letters_are_left_the_button_keeps_to_its_row(opens: Opens, language: str):
    page = opens("asha", language=language)
    page.wait_for_selector(".left", state="attached")
    page.fill(TEXT, "क" * 505)
    expect(page.locator(".left")).to_have_class(re.compile("over"))
    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 900})
        boxes = [one.bounding_box() or {} for one in page.locator(f"{TOOLS}, .tools > label.tool, {POST}").all()]
        assert len(boxes) == 8 and len({round(box["y"] + box["height"] / 2) for box in boxes}) == 1
        said, tools = (page.locator(one).bounding_box() or {} for one in (".left", ".tools"))
        assert said["y"] + said["height"] <= tools["y"] + 1 and said["x"] + said["width"] < width
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.fill(TEXT, "")


def test_what_is_offered_does_not_move_the_button_that_is_being_pressed(page: Page):
    page.locator(TEXT).press_sequentially("देखो @ra", delay=20)
    expect(page.locator(".offers li").first).to_contain_text("@ravi")
    page.click(POST, delay=400)
    expect(page.locator("[data-list] article").first).to_contain_text("देखो @ra")
    expect(page.locator(".offers")).to_be_hidden()


def test_a_picture_is_sent_at_once_and_its_description_is_asked_for(page: Page):
    page.fill(TEXT, "सरसों फूली है। #सरसों")
    page.set_input_files("input[type=file]", {"name": "s.png", "mimeType": "image/png", "buffer": picture(320, 200)})
    alt = page.locator(".attached input[type=text]")
    expect(alt).to_be_visible()
    page.click(POST)
    expect(page.locator("#toast")).to_contain_text("चित्रों में क्या है")
    expect(alt).to_be_focused()
    alt.fill("पीले खेत")
    page.click(POST)
    expect(page.locator("[data-list] article").first.get_by_alt_text("पीले खेत")).to_be_visible()
    assert page.input_value(TEXT) == ""
    expect(page.locator(".attached > div")).to_have_count(0)


def test_what_could_not_be_sent_is_there_again_and_what_was_sent_is_not(page: Page):
    page.fill(TEXT, "बिजली गई थी, बात रह गई।")
    page.context.set_offline(True)
    page.click(POST)
    expect(page.locator("#toast")).to_contain_text("आपका लिखा इसी ब्राउज़र में रखा है")
    page.context.set_offline(False)
    page.goto("/about")
    page.goto("/")
    expect(page.locator(".restored")).to_be_visible()
    assert page.input_value(TEXT) == "बिजली गई थी, बात रह गई।"
    page.click(POST)
    expect(page.locator("[data-list] article").first).to_contain_text("बिजली गई थी")
    page.reload()
    expect(page.locator("[data-list] article").first).to_contain_text("बिजली गई थी")
    assert page.input_value(TEXT) == ""
    expect(page.locator(".restored")).to_have_count(0)


def test_a_session_that_ended_takes_no_words_along(page: Page):
    page.fill(TEXT, "लॉग आउट के बाद भी रहे।")
    kept = page.context.cookies()
    page.context.clear_cookies(name="chaupal")
    page.click(POST)
    expect(page.locator("#toast")).to_contain_text("लॉग इन करें")
    page.context.add_cookies(kept)
    page.goto("/")
    expect(page.locator(TEXT)).to_have_value("लॉग आउट के बाद भी रहे।")
    page.locator(".restored button").click()
    assert page.input_value(TEXT) == ""


def test_a_draft_goes_on_on_another_device(page: Page, opens: Opens):
    with page.expect_response("**/drafts/autosave"):
        page.fill(TEXT, "यह बात अभी अधूरी है, शाम को पूरी होगी।")
    other = opens("asha", at="/drafts", phone=False)
    expect(other.locator("main")).to_contain_text("अभी अधूरी है")
    page.fill(TEXT, "यह बात अब पूरी हुई, शाम हो गई।")
    page.click(POST)
    expect(page.locator("[data-list] article").first).to_contain_text("अब पूरी हुई")
    other.reload()
    expect(other.locator("main")).not_to_contain_text("अभी अधूरी है")


def test_what_was_typed_before_the_script_came_is_kept_too(slow: tuple[Page, list[Route]]):
    page, held = slow
    page.fill(TEXT, "नेटवर्क धीमा है, लिखना नहीं")
    page.wait_for_timeout(50)
    for request in held:
        request.continue_()
    page.wait_for_selector(".left", state="attached")
    page.unroute("**/static/composer*")
    page.goto("/public")
    page.goto("/")
    expect(page.locator(".restored")).to_be_visible()
    assert page.input_value(TEXT) == "नेटवर्क धीमा है, लिखना नहीं"


def test_a_form_that_went_before_the_script_came_is_not_offered_again(slow: tuple[Page, list[Route]]):
    page, held = slow
    text = "स्क्रिप्ट से पहले भेजा\nऔर दूसरी पंक्ति"
    sent: list[Route] = []
    page.route("**/compose", lambda request: sent.append(request))
    page.fill(TEXT, text)
    page.click(POST, no_wait_after=True)
    with page.expect_response("**/static/composer*"):
        for request in held:
            request.continue_()
    page.wait_for_timeout(500)  # it runs on the page that is being left
    assert len(sent) == 1
    page.unroute("**/static/composer*")
    sent[0].continue_()
    expect(page.locator("[data-list] article").first).to_contain_text("और दूसरी पंक्ति")
    page.wait_for_selector(".left", state="attached")
    expect(page.locator(".restored")).to_have_count(0)
    assert page.input_value(TEXT) == ""


def test_words_that_are_kept_do_not_push_away_what_is_typed_meanwhile(slow: tuple[Page, list[Route]]):
    page, held = slow
    page.evaluate("""() => {
        const kept = {fields: {text: ["कल का"]}, pictures: [], text: "कल का", at: Date.now()};
        const me = document.querySelector("form.sheet").dataset.me;
        localStorage.setItem(`chaupal.unsent:${me}:new`, JSON.stringify(kept));
    }""")
    page.fill(TEXT, "आज का")
    page.wait_for_timeout(50)
    for request in held:
        request.continue_()
    page.wait_for_selector(".left", state="attached")
    assert page.input_value(TEXT) == "आज का"


def beside(page: Page, field: str) -> str:
    """What is said to be wrong with a field, by what its control is described by."""
    control = page.locator(f"#{field}")
    expect(control).to_have_attribute("aria-describedby", re.compile(rf"(^| ){field}-error$"))
    return page.locator(f"#{field}-error").inner_text()


@pytest.mark.parametrize("language", ["hi", "en"])
def test_what_is_wrong_stands_beside_its_own_field_and_goes_when_it_is_mended(opens: Opens, language: str):
    page = opens("asha")
    page.context.add_cookies([{"name": "language", "value": language, "url": page.url}])
    page.reload()
    page.wait_for_selector(".left", state="attached")
    page.fill(TEXT, "चाय?")
    page.locator(TOOLS).nth(0).click()
    page.locator(TOOLS).nth(3).click()
    page.fill("#option0", "चाय")
    page.fill("#option1", "चाय")
    page.click(POST)
    said = beside(page, "poll")
    assert said.strip() == ("पोल के दो विकल्प एक जैसे हैं।" if language == "hi" else "Two options of the poll are the same.")
    expect(page.locator("#option0")).to_be_focused()
    expect(page.locator("#text-error")).to_have_count(0)
    assert [page.input_value(f"#option{n}") for n in range(2)] == ["चाय", "चाय"]
    page.fill("#option0", "")
    page.fill("#option1", "")
    page.fill("#at", "2020-01-01T10:00")
    page.click(POST)
    assert beside(page, "at")
    expect(page.locator("#poll-error")).to_have_count(0)
    expect(page.locator("#at")).to_have_attribute("aria-invalid", "true")
    page.fill("#at", "")
    page.locator(TOOLS).nth(1).click()
    page.fill("#spoiler", "क" * 500)
    page.click(POST)
    assert "500" in beside(page, "spoiler")
    expect(page.locator("#at")).not_to_have_attribute("aria-invalid", "true")
    page.fill("#spoiler", "")
    page.click(POST)
    expect(page.locator("[data-list] article").first).to_contain_text("चाय?")
    expect(page.locator(".sheet .error")).to_have_count(0)


def test_a_description_that_cannot_be_taken_is_said_beside_it_and_nothing_is_sent(page: Page):
    page.fill(TEXT, "लंबे वर्णन वाला चित्र")
    page.set_input_files("input[type=file]", {"name": "s.png", "mimeType": "image/png", "buffer": picture(320, 200)})
    alt = page.locator(".attached input[type=text]")
    alt.fill("क" * 1_501)
    page.click(POST)
    expect(alt).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".attached .error")).to_have_count(1)
    assert page.input_value(TEXT) == "लंबे वर्णन वाला चित्र"
    alt.fill("पीले खेत")
    page.click(POST, delay=400)  # longer than the answer takes; the button stays under the pointer
    expect(page.locator("[data-list] article").first).to_contain_text("लंबे वर्णन वाला चित्र")


def test_poll_time_warning_pictures_and_choices_come_back_too(page: Page):
    page.fill(TEXT, "कल पूछेंगे")
    for summary in page.locator(TOOLS).all():
        summary.click()
    page.fill("#spoiler", "चुनाव")
    page.fill("#option0", "हाँ")
    page.fill("#option2", "पता नहीं")
    page.select_option("#poll_for", "3600")
    page.check("[name=multiple]")
    page.fill("#at", "2031-01-01T10:00")
    page.select_option("#visibility", "private")
    page.select_option("#quote_policy", "nobody")
    page.set_input_files("input[type=file]", {"name": "s.png", "mimeType": "image/png", "buffer": picture(320, 200)})
    page.locator(".attached input[type=text]").fill("पीले खेत")
    page.goto("/about")
    page.goto("/")
    expect(page.locator(".restored")).to_be_visible()
    kept = {
        name: page.input_value(f"#{name}") for name in ("spoiler", "option0", "option1", "option2", "poll_for", "at")
    }
    assert kept == {
        "spoiler": "चुनाव",
        "option0": "हाँ",
        "option1": "",
        "option2": "पता नहीं",
        "poll_for": "3600",
        "at": "2031-01-01T10:00",
    }
    assert page.is_checked("[name=multiple]") and not page.is_checked("[name=hide_totals]")
    assert page.input_value("#visibility") == "private" and page.input_value("#quote_policy") == "nobody"
    assert page.input_value(".attached input[type=text]") == "पीले खेत"
    page.locator(".restored button").click()
    assert page.input_value("#option0") == page.input_value("#at") == page.input_value(TEXT) == ""
    expect(page.locator(".attached > div")).to_have_count(0)


def test_words_for_a_change_of_a_post_are_kept_for_that_post_alone(page: Page):
    page.fill(TEXT, "खेत की बात")
    page.click(POST)
    post = page.locator("[data-list] article").first
    expect(post).to_contain_text("खेत की बात")
    edit = f"/posts/{(post.get_attribute('id') or '')[1:]}/edit"
    page.goto(edit)
    page.wait_for_selector(".left", state="attached")
    page.fill(TEXT, "खेत की दूसरी बात")
    page.goto("/")
    page.wait_for_selector(".left", state="attached")
    assert page.input_value(TEXT) == ""
    page.goto(edit)
    expect(page.locator(".restored")).to_be_visible()
    assert page.input_value(TEXT) == "खेत की दूसरी बात"


PUT = """async ([selector, kind, bytes]) => {
  const held = new DataTransfer();
  held.items.add(new File([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], "khet.png", { type: "image/png" }));
  const field = document.querySelector(selector);
  const event = kind === "paste" ? new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true });
  field.dispatchEvent(event);
  return event.defaultPrevented;
}"""


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_picture_is_pasted_or_dropped_into_the_words(page: Page, kind: str):
    bytes_ = base64.b64encode(picture(64, 48)).decode()
    assert page.evaluate(PUT, ["form.sheet textarea[name=text]", kind, bytes_])
    expect(page.locator(".attached img")).to_be_visible()


def test_a_thread_is_written_in_one_go(opens: Opens):
    """A ＋ adds the next post; each has its words, its count and its pictures; a fault is said beside its own; all go at once."""
    page = opens("asha", bypass_csp=True)
    page.wait_for_selector(".left", state="attached")
    page.fill(TEXT, "पहली बात, धागे की।")
    page.click("[data-add]")
    second, third = page.locator("#more1"), page.locator("#more2")
    expect(second).to_be_focused()
    second.fill("क" * 501)
    expect(page.locator("#more1-post .left")).to_have_text("शेष -1")
    page.click("[data-add]")
    third.fill("तीसरी बात।")
    page.set_input_files("#more2-post-chooser", {"name": "s.png", "mimeType": "image/png", "buffer": picture(320, 200)})
    page.locator("#more2-post .attached input[type=text]").fill("पीले खेत")
    expect(page.get_by_role("button", name="पोस्ट करें", exact=True)).to_have_count(0)  # one button sends all
    page.click(".series-end .all")
    expect(page.locator("#more1-error")).to_be_visible()
    expect(second).to_be_focused()
    assert axe(page) == []
    second.fill("दूसरी @rav")
    expect(page.locator("#more1-offers li").first).to_contain_text("@ravi")
    second.press("Enter")
    page.reload()
    for one, words in (("#text", "पहली बात, धागे की।"), ("#more1", "दूसरी @ravi "), ("#more2", "तीसरी बात।")):
        expect(page.locator(one)).to_have_value(words)
    expect(page.locator("#more2-post .attached img")).to_be_visible()
    page.click("[data-add]")
    page.locator("#more3-post .sheet-foot button").click()
    expect(third).to_be_focused()
    page.click(".series-end .all")
    shown = page.locator("[data-list] article")
    for n, words in enumerate(("तीसरी बात", "दूसरी", "पहली बात")):
        expect(shown.nth(n)).to_contain_text(words)
    expect(shown.first.get_by_alt_text("पीले खेत")).to_be_visible()
    expect(page.locator(".following")).to_have_count(0)
    assert page.input_value("#text") == ""


def test_captions_are_asked_for_where_there_is_something_to_be_heard(page: Page):
    """Not for a picture; for a film they are chosen with their language, what is wrong is said beside them, and they go with it."""
    captions = page.locator(".sheet > .captions")
    page.fill(TEXT, "मेले की फ़िल्म")
    page.set_input_files("input[type=file]", {"name": "s.png", "mimeType": "image/png", "buffer": picture(64, 48)})
    expect(page.locator(".attached img")).to_be_visible()
    expect(captions).to_be_hidden()
    page.locator(".attached button").click()
    page.set_input_files("input[type=file]", {"name": "टूटी.mp4", "mimeType": "video/mp4", "buffer": b"no"})
    refused = page.locator(".attached .refused")
    expect(refused).to_contain_text("टूटी.mp4 इस तरह की फ़ाइल यहाँ नहीं ली जाती।")
    # Whoever is logged out meanwhile, or in a net that answers for itself, is told nothing of the film: it is asked for again.
    hotel = {"body": "<p>Welcome</p>", "content_type": "text/html"}
    page.route(re.compile(r"/compose/pictures/\d+$"), lambda route: route.fulfill(**hotel), times=1)
    page.set_input_files("input[type=file]", {"name": "f.mp4", "mimeType": "video/mp4", "buffer": film()})
    page.click(POST)  # while the film is on its way: nothing goes without what was refused
    expect(refused.locator("button")).to_be_focused()
    refused.locator("button").click()
    page.locator(".attached button").click()
    page.set_input_files("input[type=file]", {"name": "f.mp4", "mimeType": "video/mp4", "buffer": film()})
    page.click(POST)  # its description is asked for once it is there
    described = page.locator(".attached input[type=text]")
    expect(described).to_be_focused()
    described.fill("झूला")
    expect(captions).to_be_visible()
    page.set_input_files("#captions", {"name": "a.vtt", "mimeType": "text/vtt", "buffer": b"no"})
    page.click(POST)
    expect(page.locator("#captions-error")).to_contain_text("WEBVTT")
    expect(page.locator("#captions[aria-invalid=true]")).to_be_focused()
    told = "WEBVTT\n\n00:00.000 --> 00:00.900\nझूला घूमता है\n".encode()
    page.set_input_files("#captions", {"name": "a.vtt", "mimeType": "text/vtt", "buffer": told})
    page.select_option("#captions_language", "mr")
    page.click(POST)
    post = page.locator("[data-list] article").first
    expect(post).to_contain_text("मेले की फ़िल्म")
    expect(post.locator("video track[srclang=mr]")).to_have_count(1)
    expect(captions).to_be_hidden()
    page.fill(TEXT, "कल का मेला")
    page.set_input_files("input[type=file]", {"name": "टूटी.mp4", "mimeType": "video/mp4", "buffer": b"no"})
    expect(refused).to_be_visible()
    page.evaluate("document.querySelector('.sheet [formaction=\"/drafts\"]').click()")
    page.wait_for_url("**/drafts**")  # what was refused holds back no draft
    expect(page.locator("main")).to_contain_text("कल का मेला")
