"""Draw docs/api.md: what of Mastodon's API is not here, and why; and the routes that are ours, each with its scope."""

import itertools
import re
import tomllib
from pathlib import Path
from typing import Any

from chaupal.api.routes import ROUTES
from chaupal.http.call import Route, Shape
from chaupal.http.limits import FILES, GENERAL, POSTING
from chaupal.http.openapi import part_of
from chaupal.kernel.clock import MINUTE
from chaupal.store.square.posting import SAID_FOR

ROOT = Path(__file__).resolve().parent.parent
PAPER = ROOT / "docs" / "api.md"
FACTS: dict[str, Any] = tomllib.loads((ROOT / "tools" / "mastodon_api.toml").read_text(encoding="utf-8"))
TIERS = {
    "P0": "What a client needs to log in and be used",
    "P1": "What makes clients feel complete",
    "P2": "Administration, and what is rare",
}
# Pages of people that Mastodon's documentation counts among the API.
PAGES = frozenset({"GET /oauth/authorize"})

HEAD = f"""# The API

Drawn by `make map` from the route table and `tools/mastodon_api.toml`. Mastodon's routes are as [its documentation](https://docs.joinmastodon.org/api/)
has them; this page says which are missing and which are ours. Every field of every route is at `/openapi.json` of a running server
(OpenAPI 3.1), for people at `/about/api`. More: [streaming](streaming.md), [media](media.md), [push](push.md),
[the court](api-governance.md).

*who*: the scope that an app's token must hold; *anybody*: no token is needed, but one that is sent is held to its scope; *office*: for
staff whose role may do it. A route that takes PUT takes PATCH.

Documented fields that change nothing here: `date_of_birth` of a sign-up, `supported_types` of notifications, descriptions of
portraits, `show_media`, `show_media_replies` and `show_featured` of a profile.

Answered otherwise than by Mastodon ([decision 54](decisions/0054-apps-are-told-what-mastodon-sends.md) has more):

- `unfavourite`, `unbookmark`, `unreblog` and `DELETE` of one's repost of what one may no longer see take the mark back
  and answer 404: there it is shown, whole.
- The marker of `notifications` goes forward only, and no more than a minute ahead: there, an app that reads ids as 32-bit numbers (Tuba)
  makes everything new again in all others.
- An app that asks for `admin:` scopes is let in without them by whoever is not staff; the token's answer says which it has.
- `scheduled_at` in the past is 422: there the post is said at once, and what was said too early is not unsaid.
- `for_private_mentions` starts as `accept`: there, messages of strangers are kept apart, and whoever does not know where to look misses
  them. Whoever wants it so chooses it, at `/notifications/policy` too.

## What holds for every route

- **Errors**: `{{"error": …}}` in English, or in Hindi where `Accept-Language` asks for it first; of fields that are wrong `details`, too:
  `{{field: [{{"error", "description"}}]}}`. 403 is said to a token without the scope, and of what one may not do; 404 of what is not there
  and of what is not for whoever asks; 409 and 412 of what has moved meanwhile. 429 and 503 bear `Retry-After`.
- **Limits**: {GENERAL[0]} requests in {GENERAL[1] // 60} minutes of an account (without a token: of an address), {FILES[0]:,}
  of files, {POSTING[0]} posts in {POSTING[1] // 3_600} hours. `X-RateLimit-Limit`, `-Remaining` and `-Reset` (a time) are
  those of the route.
- **Once**: `POST /api/v1/statuses` with an `Idempotency-Key` of the last {SAID_FOR // MINUTE} minutes answers with the post that there is,
  whatever else is sent.
- **Log-in**: OAuth with PKCE by `S256` alone; addresses are at `/.well-known/oauth-authorization-server`. A token in
  somebody's name does not expire; one that is an app's own ends after thirty days. An
  `access_token` in an address opens streams alone. A program without a page of its own (a bot) registers with
  `urn:ietf:wg:oauth:2.0:oob`, and whoever allows it is shown the code. An authority's token is made at `/portal/token`
  ([filing.md](filing.md)).

## What is withheld

A post that is withheld where the caller is stands in no list but one's home, what one saved or liked, one's conversations, and the posts
of an account that is withheld itself. There, asked for by itself, quoted, or beside its answers, it is a Status (200) whose `content`
says who asked, under which law and until when, without pictures, and with

| field | says |
|---|---|
| `withheld_in_countries` | codes of countries; `XX`: everywhere |
| `withheld_scope` | `status`; `user`: all of its author; `media`: its pictures alone, for which `withheld_text` stands beside the words |
| `withheld_notice_url` | the page of the order; `/about#withheld` where no authority asked for it, or it may not be told who did |
| `withheld_receipt` | the proof in the log ([log.md](log.md)), where there is such a page |

An Account is a shell with the same fields, whose `note` says the same, or with `suspended`. Authors and staff get the whole,
the first three, and `withheld_banner`.
A `labels` list (`text`, `reason`, `notice_url`) is for everybody to show. [`…/visibility`](api-governance.md#why-can-i-not-see-this)
says more; files answer 451, pages too. What was decided about oneself comes as a notification `moderation_warning`, stands at
`/api/v1/disputes/strikes`, and is appealed there ([notices.md](notices.md)).
"""


def shape(name: str) -> str:
    """`GET /api/v1/lists/{id}` and `GET /api/v1/lists/:id` are one."""
    return re.sub(r"\{[^}]*\}|:[a-z_]+", "*", name)


HERE = frozenset({shape(f"{method} {route.path}") for route in ROUTES for method in route.methods} | PAGES)


def routes_in(tier: str) -> list[str]:
    """Mastodon's routes of a heap."""
    return FACTS[tier].split("\n")[1:-1]


def absent(tier: str) -> list[str]:
    return [name for name in routes_in(tier) if shape(name) not in HERE]


def reason(name: str) -> str:
    """Why a route of Mastodon's is not here; nothing where nobody has said so."""
    return next((why for why, names in FACTS["absent"].items() if name in names), "")


def draw() -> str:
    """The whole paper."""
    ours = frozenset(shape(name) for tier in TIERS for name in routes_in(tier))
    return "\n".join([HEAD, *_against_mastodon(), *_versions(), *_rooms(ours)])


def _against_mastodon() -> list[str]:
    lines = ["## Against Mastodon's", "", "| part | documented | here |", "|---|---|---|"]
    lines += [f"| {told} | {len(routes_in(t))} | {len(routes_in(t)) - len(absent(t))} |" for t, told in TIERS.items()]
    for tier, told in TIERS.items():
        if missing := absent(tier):
            lines += ["", f"### Not here: {told[0].lower()}{told[1:]}", ""]
            for why, words in FACTS["reasons"].items():
                if names := [name for name in missing if reason(name) == why]:
                    lines += [f"- {words}", *(f"  - `{name}`" for name in names)]
    return lines


def api_version() -> int:
    """The last of Mastodon's numbers that is kept whole, with all before it."""
    kept = itertools.takewhile(lambda one: "missing" not in one, FACTS["versions"])
    return max(one["number"] for one in kept)


def _versions() -> list[str]:
    lines = [
        "",
        "## `api_versions`",
        "",
        f"`mastodon` is {api_version()}: the last number that is kept whole, with all before it. Much of what came later is here, too:",
        "",
        "| number | since | added | here |",
        "|---|---|---|---|",
    ]
    return lines + [
        f"| {one['number']} | {one['release']} | {one['added']} | {one.get('missing', 'yes')} |"
        for one in FACTS["versions"]
    ]


def _rooms(theirs: frozenset[str]) -> list[str]:
    lines = ["", "## Routes of our own", ""]
    rooms: dict[str, list[Route]] = {}
    for route in ROUTES:
        if not route.village and route.shape is not Shape.PAGE and shape(route.name) not in theirs:
            rooms.setdefault(part_of(route), []).append(route)
    for room, held in sorted(rooms.items()):
        lines += [f"### {room.replace('_', ' ')}", "", "| route | who | what |", "|---|---|---|"]
        lines += [_row(route) for route in held] + [""]
    return lines


def _row(route: Route) -> str:
    who = [
        "an authority's token" if route.offices else "anybody" if route.public else "",
        f"`{route.scope}`" if route.scope else "",
        "office" if route.may else "",
    ]
    told = (route.run.__doc__ or "").strip().split("\n")[0].replace("|", "\\|")
    return f"| `{', '.join(route.methods)} {route.path}` | {', '.join(w for w in who if w) or 'signed in'} | {told} |"


if __name__ == "__main__":
    PAPER.write_text(draw(), encoding="utf-8")
