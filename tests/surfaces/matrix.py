"""The fixture matrix of the checklists: kinds of viewers, a withheld post, a withheld account, and ways to look at both."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2

from chaupal.social.media import media
from painted import picture
from village import Village, VillagePost, Villager

# Each stands in one thing only. They are never searched with, but for the lures.
POST = "कोयलबोली"
SPOILER = "सावधानबुलबुल"
TAG = "मोरबाग़"
ALT = "बगीचाचित्र"
ACCOUNT = "मैनाघर"
NAME = "मैनाराजवंश"
LURE = "चारागाह"
WORDS = (POST, SPOILER, TAG, ALT, ACCOUNT, NAME)

GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
UNFURLERS = (
    "Twitterbot/1.0",
    "facebookexternalhit/1.1",
    "WhatsApp/2.23",
    "Slackbot-LinkExpanding 1.0",
    "TelegramBot (like TwitterBot)",
)


@dataclass(frozen=True)
class Eyes:
    """A viewer: from where (empty: nobody knows), as whom, with which program."""

    name: str
    country: str
    who: Villager | None = None
    agent: str = "Mozilla/5.0"


class Matrix:
    """A village in which `post` (meera's) and `koel` (an account, with `song`) are withheld in India, unless `before`."""

    post: VillagePost
    song: VillagePost
    reply: VillagePost
    koel: Villager

    def __init__(self, village: Village) -> None:
        self.v = village
        self.refs: list[str] = []

    async def live(self) -> None:
        """Everything is said, answered, reposted, liked and saved before anything is decided."""
        v, square = self.v, self.v.running.house.square
        self.koel = await v.joins("koel", NAME)
        await v.api(self.koel, "PATCH", "/api/v1/accounts/update_credentials", note=f"{ACCOUNT} {LURE}")
        for who, whom in ((v.asha, self.koel), (v.karl, self.koel), (v.karl, v.meera), (self.koel, v.asha)):
            await v.follows(who, whom)
        shown = await media.attach(square, v.meera.viewer, picture(), description=ALT)
        self.post = await v.says(
            v.meera, f"@asha @karl {POST} {LURE} #{TAG}", spoiler=SPOILER, pictures=[shown], language="hi"
        )
        self.song = await v.says(self.koel, f"@asha @karl {ACCOUNT} {LURE}", language="hi")
        self.reply = await v.says(v.ravi, "हाँ, सुना।", reply_to=self.post.id)
        for said in (self.post, self.song):
            await v.api(v.ravi, "POST", f"/api/v1/statuses/{said.id}/reblog")
            for who in (v.asha, v.karl):
                for verb in ("bookmark", "favourite"):
                    await v.api(who, "POST", f"/api/v1/statuses/{said.id}/{verb}")
        await v.settle()

    async def withhold(self, **form: Any) -> None:
        v = self.v
        self.refs = [
            await v.withhold(post=self.post, by=v.chitra, second=v.dev, **form),
            await v.withhold_account(self.koel, by=v.chitra, second=v.dev, **form),
        ]

    # --- who looks ---

    @property
    def hidden(self) -> tuple[Eyes, ...]:
        """They must not meet what is withheld in India."""
        v = self.v
        return (
            Eyes("stranger in India", "IN"),
            Eyes("in an unknown country", ""),
            Eyes("follower in India", "IN", v.asha),
            Eyes("follower who is in India now", "IN", v.karl),
            Eyes("crawler in India", "IN", agent=GOOGLE),
        )

    @property
    def shown(self) -> tuple[Eyes, ...]:
        """They see everything unchanged."""
        v = self.v
        return (
            Eyes("stranger in Germany", "DE"),
            Eyes("follower in Germany", "DE", v.karl),
            Eyes("Indian who is in Germany now", "DE", v.asha),
            Eyes("crawler in the US", "US", agent=GOOGLE),
        )

    @property
    def staff(self) -> Eyes:
        return Eyes("staff", "IN", self.v.chitra)

    def author(self, of: VillagePost) -> Eyes:
        return Eyes("author", "IN", self.koel if of is self.song else self.v.meera)

    def members(self, eyes: tuple[Eyes, ...]) -> Iterator[Eyes]:
        return (one for one in eyes if one.who is not None)

    # --- looking ---

    async def api(self, eyes: Eyes, path: str, method: str = "GET", **params: Any) -> httpx2.Response:
        """The API, with the viewer's token."""
        headers = self._headers(eyes)
        if eyes.who is not None:
            headers["authorization"] = f"Bearer {eyes.who.token}"
        # Empty parameters would take the path's own query away.
        asked: dict[str, Any] = {} if not params else {"params": params} if method == "GET" else {"json": params}
        return await self.v.client.request(method, path, headers=headers, **asked)

    async def page(self, eyes: Eyes, thing: VillagePost | Villager | str, **more: str) -> httpx2.Response:
        """A page, with the viewer's cookie; `more`: other headers."""
        path = thing if isinstance(thing, str) else thing.path
        return await self.v.client.get(path, headers=self.with_cookie(eyes) | more)

    def with_cookie(self, eyes: Eyes) -> dict[str, str]:
        """The headers of a browser of theirs."""
        cookies = "language=hi" + (f"; chaupal={eyes.who.cookie}" if eyes.who is not None else "")
        return self._headers(eyes) | {"cookie": cookies}

    def _headers(self, eyes: Eyes) -> dict[str, str]:
        return {"user-agent": eyes.agent} | ({"x-country": eyes.country} if eyes.country else {})


def words_in(answer: httpx2.Response) -> set[str]:
    """Which of WORDS the bytes hold, as they are or as JSON escapes them."""
    text = answer.content.decode("utf-8", "ignore") + repr(answer.headers)
    return {w for w in WORDS if w in text or w.encode("unicode_escape").decode() in text}
