"""What this server is and takes, as clients ask at every start: instance v2 and v1, rules, emojis; and announcements."""

from typing import Any

import msgspec

from chaupal.api.mastodon.account_entity import Account, Emoji, account_of
from chaupal.http.call import Answer, Call, Nothing, Route, delete, get, post, put
from chaupal.http.paging import ById, Number
from chaupal.kernel.clock import MINUTE, iso, iso_or_none
from chaupal.kernel.page_languages import LANGUAGES
from chaupal.kernel.settings import Settings
from chaupal.kernel.version import VERSION
from chaupal.policy.viewer import Surface
from chaupal.reads.people import announcements as reads, people
from chaupal.reads.people.announcements import AnnouncementSeen
from chaupal.social.media import films, upload_types
from chaupal.social.media.media import MOST_DESCRIPTION
from chaupal.social.people import announcements, push
from chaupal.social.people.profiles import MOST_FIELDS, MOST_IN_FIELD
from chaupal.social.posts import followed_tags, polls
from chaupal.social.posts.composing import MOST_PICTURES
from chaupal.social.posts.reactions import MOST_PINNED
from chaupal.text import html
from chaupal.text.language import LANGUAGES as WRITTEN
from chaupal.text.length import MAX_GRAPHEMES, MAX_NAME, URL_LENGTH

# Mastodon's number of what clients can count on, kept whole: docs/api.md says what each stands for and what is not here.
API_VERSION = 7
# Clients that know no such number switch on what the leading version had: the one that brought API_VERSION.
COMPATIBLE = f"4.5.0 (compatible; Chaupal {VERSION})"
POLLS = {
    "max_options": polls.MOST_OPTIONS,
    "max_characters_per_option": polls.MOST_LETTERS,
    "min_expiration": polls.SHORTEST,
    "max_expiration": polls.LONGEST,
}


class Contact(msgspec.Struct):
    email: str
    account: Account | None


class InstanceRule(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Rule/ with its words in the house's other language."""

    id: str
    text: str
    hint: str
    translations: dict[str, dict[str, str]]


class InstanceV2(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Instance/"""

    domain: str
    title: str
    version: str
    source_url: str
    description: str
    usage: dict[str, dict[str, int]]
    wrapstodon: None = None
    thumbnail: dict[str, Any]
    icon: list[dict[str, str]] = []
    languages: list[str]
    configuration: dict[str, Any]
    registrations: dict[str, Any]
    api_versions: dict[str, int]
    contact: Contact
    rules: list[InstanceRule]


class InstanceV1(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/V1_Instance/"""

    uri: str
    title: str
    short_description: str
    description: str
    email: str
    version: str
    urls: dict[str, str]
    stats: dict[str, int]
    thumbnail: str
    languages: list[str]
    registrations: bool
    approval_required: bool
    invites_enabled: bool = False
    max_toot_chars: int = MAX_GRAPHEMES
    configuration: dict[str, Any]
    contact_account: Account | None
    rules: list[InstanceRule]


async def show_v2(call: Call[Nothing]) -> InstanceV2:
    """What this server is, takes and allows."""
    settings = call.house.settings
    census = await people.census(call.house.reads)
    return InstanceV2(
        domain=settings.domain,
        title=settings.title,
        version=COMPATIBLE,
        source_url=f"{settings.origin}/about",
        description=settings.description,
        usage={"users": {"active_month": census.active}},
        thumbnail={"url": f"{settings.origin}/blank/header.png", "description": "", "versions": {}},
        languages=list(LANGUAGES),
        configuration=configuration_two(settings),
        registrations=registrations(settings),
        api_versions={"mastodon": API_VERSION},
        contact=Contact(settings.contact_email, await _owner(call)),
        rules=rules_of(call),
    )


async def show_v1(call: Call[Nothing]) -> InstanceV1:
    """What this server is, in Mastodon's first version."""
    settings = call.house.settings
    census = await people.census(call.house.reads)
    return InstanceV1(
        uri=settings.domain,
        title=settings.title,
        short_description=settings.description,
        description=settings.description,
        email=settings.contact_email,
        version=COMPATIBLE,
        urls={"streaming_api": streaming(settings)},
        stats={
            "user_count": census.people,
            "status_count": census.posts,
            "domain_count": 1 + len(await people.peers(call.house.reads)),
        },
        thumbnail=f"{settings.origin}/blank/header.png",
        languages=list(LANGUAGES),
        registrations=settings.registrations != "closed",
        approval_required=settings.registrations == "approval",
        configuration=configuration(settings),
        contact_account=await _owner(call),
        rules=rules_of(call),
    )


async def peers(call: Call[Nothing]) -> list[str]:
    """The servers that are known here, where this server tells of them."""
    return list(await people.peers(call.house.reads)) if call.house.settings.tell_peers else []


async def rules(call: Call[Nothing]) -> list[InstanceRule]:
    """The house's own rules."""
    return rules_of(call)


def rules_of(call: Call[Any]) -> list[InstanceRule]:
    """The house's own rules that are in force, in English, with the Hindi beside it."""
    court = call.house.court
    return [
        InstanceRule(str(rule.id), rule.text.en, rule.hint.en, {"hi": {"text": rule.text.hi, "hint": rule.hint.hi}})
        for rule in court.rules.current(court.clock()).rules
    ]


class LanguageShown(msgspec.Struct):
    """A language in which posts can be written, with its name in itself."""

    code: str
    name: str


async def languages(call: Call[Nothing]) -> list[LanguageShown]:
    """The languages that posts are told apart by here."""
    return [LanguageShown(code, name) for code, name in WRITTEN.items()]


async def translations(call: Call[Nothing]) -> dict[str, list[str]]:
    """No languages: posts are not translated here."""
    return {}


def configuration(settings: Settings) -> dict[str, Any]:
    """What both versions tell of limits; every number is the one that is held to."""
    takes_films = films.ffmpeg(settings) is not None
    return {
        "accounts": {
            "max_featured_tags": followed_tags.MOST_FEATURED,
            "max_pinned_statuses": MOST_PINNED,
            "max_profile_fields": MOST_FIELDS,
            "profile_field_name_limit": MOST_IN_FIELD,
            "profile_field_value_limit": MOST_IN_FIELD,
            "max_display_name_length": MAX_NAME,
            "max_note_length": MAX_GRAPHEMES,
        },
        "statuses": {
            "max_characters": MAX_GRAPHEMES,
            "max_media_attachments": MOST_PICTURES,
            "characters_reserved_per_url": URL_LENGTH,
            "supported_mime_types": ["text/plain"],
        },
        "media_attachments": {
            "supported_mime_types": [*upload_types.PICTURES, *(upload_types.FILMS if takes_films else ())],
            "image_size_limit": settings.max_media_bytes,
            "image_matrix_limit": settings.max_media_pixels,
            "description_limit": MOST_DESCRIPTION,
            "video_size_limit": settings.max_film_bytes if takes_films else 0,
            "video_frame_rate_limit": films.MOST_FRAMES_TAKEN if takes_films else 0,
            "video_matrix_limit": settings.max_film_pixels if takes_films else 0,
        },
        "polls": POLLS,
    }


def configuration_two(settings: Settings) -> dict[str, Any]:
    """The same with what only the second version tells."""
    anyone = {"local": "public", "remote": "public"}
    return configuration(settings) | {
        "urls": {
            "streaming": streaming(settings),
            "about": f"{settings.origin}/about",
            "status": None,
            "privacy_policy": f"{settings.origin}/privacy",
            "terms_of_service": f"{settings.origin}/terms",
        },
        "vapid": {"public_key": push.told_key(settings)},
        "translation": {"enabled": False},
        "timelines_access": {"live_feeds": anyone, "hashtag_feeds": anyone, "trending_link_feeds": anyone},
        "limited_federation": settings.federation != "on",
    }


def registrations(settings: Settings) -> dict[str, Any]:
    return {
        "enabled": settings.registrations != "closed",
        "approval_required": settings.registrations == "approval",
        "reason_required": settings.registrations == "approval",
        "message": None,
        "min_age": None,
        "url": f"{settings.origin}/signup",
    }


def streaming(settings: Settings) -> str:
    """`wss://` where pages are https, else `ws://`."""
    return "ws" + settings.origin.removeprefix("http")


async def _owner(call: Call[Any]) -> Account | None:
    seen = await people.contact(call.house.reads, call.viewer)
    return account_of(call.house.settings, call.viewer, seen) if seen else None


async def nothing(call: Call[Any]) -> Answer:
    """An empty list: this server has no such thing, and clients ask for it at every start."""
    return Answer(b"[]")


class AnnouncementsAsked(msgspec.Struct):
    """`with_dismissed`: those that one has read, too."""

    with_dismissed: bool = False


class ReactionTo(msgspec.Struct):
    """An announcement and an emoji."""

    id: Number
    name: str


class Reaction(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Reaction/"""

    name: str
    count: int
    me: bool


class Announcement(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Announcement/"""

    id: str
    content: str
    starts_at: str | None
    ends_at: str | None
    all_day: bool
    published_at: str
    updated_at: str
    read: bool
    mentions: list[Any]
    statuses: list[Any]
    tags: list[Any]
    emojis: list[Any]
    reactions: list[Reaction]


async def listed(call: Call[AnnouncementsAsked]) -> list[Announcement]:
    """What staff tell everybody now."""
    found = await reads.in_force(call.house.reads, call.viewer, dismissed=call.args.with_dismissed)
    return [shown(call, told) for told in found]


async def dismiss(call: Call[ById]) -> None:
    """An announcement was read."""
    await announcements.dismiss(call.house.square, call.viewer, call.args.id)


async def react(call: Call[ReactionTo]) -> None:
    """React to an announcement with one emoji."""
    await announcements.react(call.house.square, call.viewer, call.args.id, call.args.name)


async def unreact(call: Call[ReactionTo]) -> None:
    """Take a reaction to an announcement back."""
    await announcements.unreact(call.house.square, call.viewer, call.args.id, call.args.name)


def shown(call: Call[Any], told: AnnouncementSeen) -> Announcement:
    one = told.announcement
    return Announcement(
        id=str(one.id),
        content=content(one.text_in(call.viewer.language), call.house.settings.origin),
        starts_at=iso_or_none(one.starts_at),
        ends_at=iso_or_none(one.ends_at),
        all_day=one.all_day,
        published_at=iso(one.told_at or one.at),
        updated_at=iso(one.updated_at),
        read=told.read,
        mentions=[],
        statuses=[],
        tags=[],
        emojis=[],
        reactions=[Reaction(r.name, r.count, r.me) for r in told.reactions],
    )


def content(words: str, origin: str) -> str:
    return html.render(words, lambda handle: (f"{origin}/@{handle}", handle), lambda tag: f"{origin}/tags/{tag}")


PATH = "/api/v1/announcements"


ROUTES: tuple[Route, ...] = (
    get("/api/v1/accounts/{id}/identity_proofs", nothing, Surface.NONE, scope=""),
    get("/api/v2/instance", show_v2, Surface.PEOPLE, public=True, kept=True, kept_for=MINUTE),
    get("/api/v1/instance", show_v1, Surface.PEOPLE, public=True, kept=True, kept_for=MINUTE),
    get("/api/v1/instance/rules", rules, Surface.NONE, public=True),
    get("/api/v1/instance/peers", peers, Surface.NONE, public=True),
    get("/api/v1/instance/languages", languages, Surface.NONE, public=True),
    get("/api/v1/instance/translation_languages", translations, Surface.NONE, public=True),
    get("/api/v1/custom_emojis", nothing, Surface.NONE, public=True, gives=list[Emoji]),
    get(PATH, listed, Surface.NONE),
    post(f"{PATH}/{{id}}/dismiss", dismiss, Surface.NONE, scope="write:accounts"),
    put(f"{PATH}/{{id}}/reactions/{{name}}", react, Surface.NONE, scope="write:favourites"),
    delete(f"{PATH}/{{id}}/reactions/{{name}}", unreact, Surface.NONE, scope="write:favourites"),
)
