"""What Mastodon's documentation promises of each entity: its keys and their types, written down by hand, and their check."""

import re
from collections.abc import Callable, Iterator
from typing import Any

type Check = Callable[[Any, str], Iterator[str]]

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\dT00:00:00\.000Z")
ID = re.compile(r"[1-9]\d{0,18}")
URL = re.compile(r"https?://[^\s<>\"]+")
NUMERAL = re.compile(r"\d+")


def faults(entity: str, value: Any, where: str = "") -> list[str]:
    """Every place where `value` is not the documented entity, a line each; empty when it is."""
    return list(_entity(entity)(value, where or entity))


def _of(kind: type, *, nothing: type | None = None) -> Check:
    def check(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, kind) or (nothing is not None and isinstance(value, nothing)):
            yield f"{where}: {value!r} is no {kind.__name__}"

    return check


def _like(pattern: re.Pattern[str]) -> Check:
    def check(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            yield f"{where}: {value!r} is not like {pattern.pattern}"

    return check


def _one_of(*values: str) -> Check:
    def check(value: Any, where: str) -> Iterator[str]:
        if value not in values:
            yield f"{where}: {value!r} is none of {values}"

    return check


def _maybe(inner: Check) -> Check:
    def check(value: Any, where: str) -> Iterator[str]:
        if value is not None:
            yield from inner(value, where)

    return check


def _many(inner: Check) -> Check:
    def check(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{where}: {value!r} is no list"
            return
        for number, item in enumerate(value):
            yield from inner(item, f"{where}[{number}]")

    return check


def _keys(**keys: Check) -> Check:
    """An object that has at least these keys. A key that ends in `_` may be left out."""

    def check(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{where}: {value!r} is no object"
            return
        for name, inner in keys.items():
            key = name.removesuffix("_")
            if key in value:
                yield from inner(value[key], f"{where}.{key}")
            elif key == name:
                yield f"{where}.{key} is missing"

    return check


def _entity(name: str) -> Check:
    def check(value: Any, where: str) -> Iterator[str]:
        yield from ENTITIES[name](value, where)

    return check


text = _of(str)
flag = _of(bool)
number = _of(int, nothing=bool)
real = _of((int, float), nothing=bool)  # type: ignore[arg-type]
anything = _of(object)
ident, url, moment, day, numeral = _like(ID), _like(URL), _like(MOMENT), _like(DAY), _like(NUMERAL)

FIELD = _keys(name=text, value=text, verified_at=_maybe(moment))
RELATED = _keys(id=ident, username=text, url=url, acct=text)
SHALLOW_TAG = _keys(name=text, url=url)
SIZE = _keys(width=number, height=number, size=text, aspect=real)

STATUS: dict[str, Check] = {
    "id": ident, "uri": url, "created_at": moment, "account": _entity("Account"), "content": text,
    "visibility": _one_of("public", "unlisted", "private", "direct"), "sensitive": flag, "spoiler_text": text,
    "media_attachments": _many(_entity("MediaAttachment")), "application_": _maybe(_keys(name=text, website=_maybe(url))),
    "mentions": _many(RELATED), "tags": _many(SHALLOW_TAG), "emojis": _many(anything), "reblogs_count": number,
    "favourites_count": number, "replies_count": number, "quotes_count": number, "url": _maybe(url),
    "in_reply_to_id": _maybe(ident), "in_reply_to_account_id": _maybe(ident), "reblog": _maybe(_entity("Status")),
    "poll": _maybe(anything), "card": _maybe(anything), "language": _maybe(text), "text_": _maybe(text),
    "edited_at": _maybe(moment), "quote": _maybe(anything),
}  # fmt: skip
# What is added for whoever is signed in.
MINE: dict[str, Check] = {
    "favourited": flag,
    "reblogged": flag,
    "muted": flag,
    "bookmarked": flag,
    "filtered": _many(anything),
}

ACCOUNT: dict[str, Check] = {
    "id": ident, "username": text, "acct": text, "url": url, "uri": url, "display_name": text, "note": text, "avatar": url,
    "avatar_static": url, "header": url, "header_static": url, "locked": flag, "fields": _many(FIELD), "emojis": _many(anything),
    "bot": flag, "group": flag, "discoverable": _maybe(flag), "indexable": flag, "noindex": _maybe(flag),
    "created_at": _like(MIDNIGHT), "last_status_at": _maybe(day), "statuses_count": number, "followers_count": number,
    "following_count": number, "hide_collections": _maybe(flag), "roles": _many(anything),
}  # fmt: skip

ENTITIES: dict[str, Check] = {
    "Status": _keys(**STATUS),
    "StatusForMe": _keys(**STATUS, **MINE),
    "Account": _keys(**ACCOUNT),
    "CredentialAccount": _keys(
        **ACCOUNT,
        source=_keys(
            note=text, fields=_many(FIELD), privacy=_one_of("public", "unlisted", "private", "direct"), sensitive=flag,
            language=_maybe(text), follow_requests_count=number, hide_collections=_maybe(flag), discoverable=_maybe(flag),
            indexable=flag, attribution_domains=_many(text),
        ),
        role=_keys(id=text, name=text, color=text, permissions=numeral, highlighted=flag),
    ),
    "Relationship": _keys(
        id=ident, following=flag, showing_reblogs=flag, notifying=flag, languages=_maybe(_many(text)), followed_by=flag,
        blocking=flag, blocked_by=flag, muting=flag, muting_notifications=flag, requested=flag, requested_by=flag,
        domain_blocking=flag, endorsed=flag, note=text,
    ),
    "MediaAttachment": _keys(
        id=ident, type=_one_of("image", "gifv", "video", "audio", "unknown"), url=url, preview_url=_maybe(url),
        remote_url=_maybe(url), description=_maybe(text), blurhash=_maybe(text),
        meta=_keys(original=SIZE, small=SIZE, focus_=_keys(x=real, y=real)),
    ),
    "Notification": _keys(
        id=ident, type=text, group_key=text, created_at=moment, account=_entity("Account"), status_=_entity("StatusForMe")
    ),
    "Context": _keys(ancestors=_many(_entity("Status")), descendants=_many(_entity("Status"))),
    "Search": _keys(accounts=_many(_entity("Account")), statuses=_many(_entity("Status")), hashtags=_many(_entity("Tag"))),
    "Tag": _keys(
        id=text, name=text, url=url, history=_many(_keys(day=numeral, uses=numeral, accounts=numeral)), following_=flag
    ),
    "Marker": _keys(last_read_id=ident, version=number, updated_at=moment),
    "Application": _keys(
        id=text, name=text, website=_maybe(url), scopes=_many(text), redirect_uris=_many(text), redirect_uri=text, vapid_key=text
    ),
    "CredentialApplication": _keys(
        id=text, name=text, website=_maybe(url), scopes=_many(text), redirect_uris=_many(text), redirect_uri=text,
        vapid_key=text, client_id=text, client_secret=text, client_secret_expires_at=number,
    ),
    "Token": _keys(access_token=text, token_type=_one_of("Bearer"), scope=text, created_at=number),
    "Preferences": _keys(**{
        "posting:default:visibility": _one_of("public", "unlisted", "private", "direct"), "posting:default:sensitive": flag,
        "posting:default:language": _maybe(text), "reading:expand:media": _one_of("default", "show_all", "hide_all"),
        "reading:expand:spoilers": flag,
    }),
    "Instance": _keys(
        domain=text, title=text, version=text, source_url=url, description=text, languages=_many(text),
        usage=_keys(users=_keys(active_month=number)), thumbnail=_keys(url=url), icon=_many(_keys(src=url, size=text)),
        configuration=_keys(
            urls=_keys(streaming=text), vapid=_keys(public_key=text),
            accounts=_keys(max_featured_tags=number, max_pinned_statuses=number),
            statuses=_keys(max_characters=number, max_media_attachments=number, characters_reserved_per_url=number),
            media_attachments=_keys(
                supported_mime_types=_many(text), description_limit=number, image_size_limit=number, image_matrix_limit=number,
                video_size_limit=number, video_frame_rate_limit=number, video_matrix_limit=number,
            ),
            polls=_keys(max_options=number, max_characters_per_option=number, min_expiration=number, max_expiration=number),
            translation=_keys(enabled=flag),
        ),
        registrations=_keys(enabled=flag, approval_required=flag, message=_maybe(text)),
        api_versions=_keys(mastodon=number), contact=_keys(email=text, account=_maybe(_entity("Account"))),
        rules=_many(_keys(id=text, text=text, hint=text)),
    ),
    "InstanceV1": _keys(
        uri=text, title=text, short_description=text, description=text, email=text, version=text,
        urls=_keys(streaming_api=text), stats=_keys(user_count=number, status_count=number, domain_count=number),
        thumbnail=_maybe(url), languages=_many(text), registrations=flag, approval_required=flag, invites_enabled=flag,
        configuration=_keys(
            statuses=_keys(max_characters=number, max_media_attachments=number, characters_reserved_per_url=number),
            media_attachments=_keys(supported_mime_types=_many(text), image_size_limit=number, image_matrix_limit=number),
            polls=_keys(max_options=number),
        ),
        contact_account=_maybe(_entity("Account")), rules=_many(_keys(id=text, text=text)),
    ),
}  # fmt: skip
