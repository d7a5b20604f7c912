"""Bad input in every form there is: told in the viewer's language, beside the field that is wrong, with all that was typed."""

from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest

from chaupal.app.wiring import ROUTES
from chaupal.http.call import Route, Shape
from chaupal.web.errors import PLUMBING, SECRETS
from village import Village, Villager

FORMS = [route for route in ROUTES if route.shape is Shape.PAGE and route.method == "POST" and not route.village]
MARK = "चिह्न७"  # begins everything that is typed
BAD = {
    "empty": "",
    "too long": MARK + "क" * 2_000,
    "nul": MARK + "\0",
    "controls": MARK + "\x01\x1b",
    "right to left": MARK + "\u202e\u2066gnp.exe",
    "surrogate of a kind": MARK + "\ufffe\uffff",
}
# What nobody types: a script or an app makes it; a form that is there only for those who have a second step.
NOT_TYPED = {
    "/logout",
    "/settings/deletion",
    "/drafts/autosave",
    "/settings/security/passkeys",
    "/login/passkey",
    "/settings/security/recovery",
    "/oauth/authorize",
    "/compose/pictures",
}
CHOSEN = {"/settings/import"}  # its fields are choices and a file
# Answers that are about who asks, or about what is asked for being there: nothing is wrong with what was typed.
ELSEWHERE = {401, 403, 404, 409, 410, 429, 451}


class Page(HTMLParser):
    """What is said of a form: which errors there are, which of them a control is described by, and what is in the fields."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.errors: set[str] = set()
        self.described: set[str] = set()
        self.text = ""
        self.feed(html.partition("<main")[2].partition("</main>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if "error" in has.get("class", "").split() and "id" in has:
            self.errors.add(has["id"])
        self.described |= set(has.get("aria-describedby", "").split())
        self.text += has.get("value", "")

    def handle_data(self, data: str) -> None:
        self.text += data


def typed(route: Route, text: str) -> dict[str, Any]:
    """The form with the same text in every field of words, and something usual in the others."""
    form: dict[str, Any] = {}
    for field in msgspec.structs.fields(route.takes):
        if field.name in ("csrf", "next", "key") or f"{{{field.name}}}" in route.path:
            continue
        if field.type is str:
            form[field.name] = text
        elif field.type == list[str]:
            form[f"{field.name}[]"] = [text, text]
    return form


def filled(v: Village, route: Route) -> str:
    holes = {
        "id": str(v.meera.latest.id),
        "handle": v.meera.handle,
        "ref": "IN-2021-0001",
        "number": "1",
        "secret": "x",
        "act": "like",
    }
    path = route.path
    for name, value in holes.items():
        path = path.replace(f"{{{name}}}", value)
    return path if "{" not in path else path.replace("{", "").replace("}", "")


def as_whom(who: Villager, language: str) -> dict[str, str]:
    return {"cookie": f"chaupal={who.cookie}; look_as=IN; language={language}"}


async def word(v: Village, who: Villager) -> str:
    """What each form of theirs bears."""
    page = await v.client.get("/about", headers=as_whom(who, "hi"))
    return page.text.partition('name="csrf" value="')[2].partition('"')[0]


async def send(v: Village, who: Villager, path: str, form: dict[str, Any], language: str, word: str):
    return await v.client.post(path, data=form | {"csrf": word}, headers=as_whom(who, language))


async def faults(v: Village, who: Villager, route: Route, name: str, language: str, word: str) -> list[str]:
    """What is not as promised when this is sent to a form."""
    form = typed(route, BAD[name])
    if not form:
        return []
    answer = await send(v, who, filled(v, route), form, language, word)
    where = f"{route.path} ({name}, {language}): {answer.status_code}"
    if answer.status_code >= 500:
        return [where]
    if answer.status_code in ELSEWHERE or answer.status_code < 400 or "html" not in answer.headers["content-type"]:
        return []
    page = Page(answer.text)
    found = [f"{where}: no error stands beside a field"] if not page.errors & page.described else []
    kept = [field for field in form if field.removesuffix("[]") not in SECRETS | PLUMBING]
    found += (
        [f"{where}: what was typed is lost"]
        if BAD[name] and kept and MARK not in page.text and route.path not in CHOSEN
        else []
    )
    return found


@pytest.mark.parametrize("language", ["hi", "en"])
@pytest.mark.parametrize("name", list(BAD))
async def test_every_form_says_what_is_wrong_beside_its_field_and_keeps_what_was_typed(
    village: Village, name: str, language: str
):
    found: list[str] = []
    asha, owner = [(who, await word(village, who)) for who in (village.asha, village.owner)]
    for route in FORMS:
        if route.path not in NOT_TYPED:
            who, bears = owner if route.may else asha
            found += await faults(village, who, route, name, language, bears)
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("language", ["hi", "en"])
async def test_what_is_of_a_wrong_kind_is_said_in_the_viewers_language(village: Village, language: str):
    v, bears = village, await word(village, village.asha)
    sent = {"text": "मौसम अच्छा है", "poll_for": "कल", "spoiler": "मौसम", "options[]": ["हाँ जी", "ना जी"]}
    answer = await send(v, v.asha, "/compose", sent, language, bears)
    page = Page(answer.text)
    assert answer.status_code == 422 and "poll_for-error" in page.errors & page.described
    assert all(text in page.text for text in ("मौसम अच्छा है", "कल", "मौसम", "हाँ जी", "ना जी"))
    assert ("Expected" in page.text, "once more" in page.text) == (False, language == "en")
    mended = await send(v, v.asha, "/compose", sent | {"poll_for": "3600"}, language, bears)
    assert mended.status_code == 303
