"""A visitor with a browser that runs no scripts: cookies, redirects, and forms that are filled in and pressed."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2

from waiting import PATIENCE


@dataclass
class Form:
    """A form as a page shows it: what it would send when pressed with nothing typed."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict[str, str])
    kinds: dict[str, str] = field(default_factory=dict[str, str])
    buttons: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def named(self, kind: str) -> str:
        """The name of its first field of this kind (`password`). Raises LookupError."""
        return next(name for name, its in self.kinds.items() if its == kind)


class Page(HTMLParser):
    """The forms and the plain words of a page."""

    def __init__(self, html: str, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(
                urljoin(self.address, has.get("action") or self.address), has.get("method", "get").lower()
            )
            self.forms.append(self._form)
        elif self._form is not None and has.get("name"):
            self._field(self._form, tag, has)
        if tag in ("input", "textarea") and "readonly" in has:
            self.words.append(has.get("value", ""))

    def _field(self, form: Form, tag: str, has: dict[str, str]) -> None:
        kind = has.get("type", "submit" if tag == "button" else "text") if tag != "textarea" else "textarea"
        if tag == "button" or kind == "submit":
            form.buttons.append((has["name"], has.get("value", "")))
        elif kind not in ("checkbox", "radio") or "checked" in has:
            form.kinds[has["name"]] = kind
            form.fields[has["name"]] = has.get("value", "on" if kind == "checkbox" else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)


class Visitor:
    """Goes from page to page, keeping cookies."""

    def __init__(self, url: str, language: str = "en") -> None:
        self.http = httpx2.Client(
            base_url=url,
            follow_redirects=True,
            timeout=PATIENCE,
            headers={"accept": "text/html", "accept-language": language},
        )
        self.origin = url

    def open(self, address: str) -> Page:
        """Raises HTTPStatusError for a page that is not there."""
        return self._page(self.http.get(address))

    def press(self, form: Form, button: tuple[str, str] | None = None, **typed: str) -> Page:
        return self._page(self.send(form, button, **typed))

    def send(self, form: Form, button: tuple[str, str] | None = None, **typed: str) -> httpx2.Response:
        sent = form.fields | typed | (dict([button]) if button else {})
        headers = {"origin": self.origin, "sec-fetch-site": "same-origin"}
        if form.method == "post":
            return self.http.post(form.action, data=sent, headers=headers)
        return self.http.get(form.action, params=sent)

    def _page(self, answer: httpx2.Response) -> Page:
        answer.raise_for_status()
        return Page(answer.text, str(answer.url))

    def authorize(self, address: str, email: str, password: str) -> httpx2.Response:
        """Open an app's authorization address, log in where asked, allow; the last answer, not following to the app."""
        page = self.open(address)
        if (login := _with_password(page)) is not None:
            page = self.press(login, **{_who(login): email, login.named("password"): password})
        consent = next(
            form for form in page.forms if urlsplit(form.action).path == "/oauth/authorize" and form.method == "post"
        )
        self.http.follow_redirects = False
        answer = self.send(consent, _yes(consent))
        while answer.is_redirect and answer.headers["location"].startswith((self.origin, "/")):
            answer = self.http.get(answer.headers["location"])
        self.http.follow_redirects = True
        return answer

    def code(self, address: str, email: str, password: str) -> str:
        """The code that the page shows at the end (OOB). Raises LookupError when it shows none."""
        answer = self.authorize(address, email, password)
        answer.raise_for_status()
        words = (word for said in Page(answer.text, str(answer.url)).words for word in said.split())
        return next(word for word in words if len(word) >= 20 and word.replace("-", "").replace("_", "").isalnum())


def sent_back(answer: httpx2.Response) -> dict[str, str]:
    """What an app is told in the address that the browser is sent back to."""
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def _with_password(page: Page) -> Form | None:
    return next((form for form in page.forms if "password" in form.kinds.values()), None)


def _who(form: Form) -> str:
    """The field for a handle or e-mail: the visible one that is no password."""
    return next(name for name, kind in form.kinds.items() if kind in ("text", "email"))


def _yes(form: Form) -> tuple[str, str] | None:
    """The button that allows: the first, as in every such page."""
    return form.buttons[0] if form.buttons else None
