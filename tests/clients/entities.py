"""What Mastodon's documentation promises of each entity: every field with its kind, and what is finer than a kind.

`mastodon_entities.toml` holds the documented fields; `ENTITIES` below what their texts say beyond that (how an id, a moment,
an enumeration looks). Whatever is checked is checked by both.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
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
    finer = _entity(entity)(value, where or entity) if entity in ENTITIES else ()
    return [*finer, *documented(entity, value, where or entity)]


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


# --- as documented ---

DOCUMENTED: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("mastodon_entities.toml").read_text(encoding="utf-8")
)
# What an entity has beside its own fields, and which of several it is.
PARTS: dict[str, tuple[str, ...]] = {
    "StatusForMe": ("Status",),
    "CredentialAccount": ("Account", "CredentialAccount"),
    "MutedAccount": ("Account", "MutedAccount"),
    "CredentialApplication": ("Application", "CredentialApplication"),
    "Trends::Link": ("PreviewCard", "Trends::Link"),
    "Admin::Tag": ("Tag", "Admin::Tag"),
}
# Documented and not sent, and why.
COLLECTIONS = "lists of people that are offered to others (4.6) are not here"
ABSENT = {
    "Account.feature_approval": COLLECTIONS,
    "Status.tagged_collections": COLLECTIONS,
    "Role.collection_limit": COLLECTIONS,
    "Report.collection_ids": COLLECTIONS,
    "Status.text": "as Mastodon does, with a deleted status alone",
    "MediaAttachment.text_url": "removed in 3.5",
    "PreviewCard.published_at": "pages seldom say it truly",
}


MET: set[str] = set()  # what was looked at so far


def _is(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))


KINDS: dict[str, Callable[[Any], bool]] = {
    "string": _is(str),
    "integer": _is(int),
    "number": _is(int, float),
    "boolean": _is(bool),
    "array": _is(list),
    "hash": _is(dict),
    "entity": _is(dict),
    "null": lambda _: True,
}


def documented(name: str, value: Any, where: str) -> Iterator[str]:
    """Each field of an entity, and of the entities in it, against the documentation: there, of its kind, null where it may be."""
    if name == "Quote" and isinstance(value, dict) and "quoted_status_id" in value:
        name = "ShallowQuote"
    for part in PARTS.get(name, (name,)):
        MET.add(part)
        for field, told in DOCUMENTED.get(part, {}).items():
            if f"{part}.{field}" not in ABSENT:
                yield from _field(value, field.split("/"), told, where)


def _field(value: Any, path: list[str], told: str, where: str) -> Iterator[str]:
    key, *rest = path
    if key == "*":
        for number, item in enumerate(value):
            yield from _field(item, rest, told, f"{where}[{number}]") if rest else ()
    elif not isinstance(value, dict):
        return  # null, or the fault of what is above
    elif key not in value:
        if "optional" not in told and not rest:  # what should be around it is missed by its own line
            yield f"{where}.{key} is missing, though documented"
    elif rest:
        yield from _field(value[key], rest, told, f"{where}.{key}")
    else:
        yield from _kind(value[key], told.split()[0], f"{where}.{key}")


def _kind(value: Any, kind: str, where: str) -> Iterator[str]:
    bare = kind.removesuffix("?")
    if value is None:
        if bare == kind != "null":
            yield f"{where} is null, which is not documented"
    elif bare in KINDS:
        if not KINDS[bare](value):
            yield f"{where}: {value!r} is no {bare}"
    elif not isinstance(value, list if bare.endswith("[]") else dict):
        yield f"{where}: {value!r} is no {bare}"
    else:
        for number, item in enumerate(value if bare.endswith("[]") else [value]):
            yield from documented(bare.removesuffix("[]"), item, f"{where}[{number}]" if bare.endswith("[]") else where)


text = _of(str)
flag = _of(bool)
number = _of(int, nothing=bool)
real = _of((int, float), nothing=bool)
anything = _of(object)
ident, url, moment, day, numeral = _like(ID), _like(URL), _like(MOMENT), _like(DAY), _like(NUMERAL)

FIELD = _keys(name=text, value=text, verified_at=_maybe(moment))
RELATED = _keys(id=ident, username=text, url=url, acct=text)
SHALLOW_TAG = _keys(name=text, url=url)
# Of a sound there are only its length and its bits.
SIZE = _keys(width_=number, height_=number, size_=text, aspect_=real, frame_rate_=text, duration_=real, bitrate_=number)

CARD = _keys(
    url=url, title=text, description=text, type=_one_of("link", "photo", "video", "rich"), author_name=text, author_url=text,
    provider_name=text, provider_url=text, html=text, width=number, height=number, image=_maybe(url), embed_url=text,
    blurhash=_maybe(text), authors=_many(_keys(name=text, url=text, account=_maybe(_entity("Account")))), language_=_maybe(text),
    image_description_=text, published_at_=_maybe(moment), missing_attribution_=_maybe(flag), history_=_many(anything),
)  # fmt: skip
QUOTED = _one_of(
    "pending",
    "accepted",
    "rejected",
    "revoked",
    "deleted",
    "unauthorized",
    "blocked_account",
    "blocked_domain",
    "muted_account",
)
AUDIENCE = _one_of("public", "followers", "following", "unsupported_policy")


def _quote(value: Any, where: str) -> Iterator[str]:
    """A Quote, or a ShallowQuote deeper down."""
    shallow = isinstance(value, dict) and "quoted_status_id" in value
    inner = {"quoted_status_id": _maybe(ident)} if shallow else {"quoted_status": _maybe(_entity("Status"))}
    yield from _keys(state=QUOTED, **inner)(value, where)


STATUS: dict[str, Check] = {
    "id": ident, "uri": url, "created_at": moment, "account": _entity("Account"), "content": text,
    "visibility": _one_of("public", "unlisted", "private", "direct"), "sensitive": flag, "spoiler_text": text,
    "media_attachments": _many(_entity("MediaAttachment")), "application_": _maybe(_keys(name=text, website=_maybe(url))),
    "mentions": _many(RELATED), "tags": _many(SHALLOW_TAG), "emojis": _many(anything), "reblogs_count": number,
    "favourites_count": number, "replies_count": number, "quotes_count": number, "url": _maybe(url),
    "in_reply_to_id": _maybe(ident), "in_reply_to_account_id": _maybe(ident), "reblog": _maybe(_entity("Status")),
    "poll": _maybe(_entity("Poll")), "card": _maybe(CARD), "language": _maybe(text), "text_": _maybe(text),
    "edited_at": _maybe(moment), "quote": _maybe(_quote),
    "quote_approval": _keys(
        automatic=_many(AUDIENCE), manual=_many(AUDIENCE), current_user=_one_of("automatic", "manual", "denied", "unknown")
    ),
}  # fmt: skip
# What is added for whoever is signed in.
MINE: dict[str, Check] = {
    "favourited": flag,
    "reblogged": flag,
    "muted": flag,
    "bookmarked": flag,
    "filtered": _many(_entity("FilterResult")),
}

ACCOUNT: dict[str, Check] = {
    "id": ident, "username": text, "acct": text, "url": url, "uri": url, "display_name": text, "note": text, "avatar": url,
    "avatar_static": url, "header": url, "header_static": url, "locked": flag, "fields": _many(FIELD), "emojis": _many(anything),
    "bot": flag, "group": flag, "discoverable": _maybe(flag), "indexable": flag, "noindex": _maybe(flag),
    "created_at": _like(MIDNIGHT), "last_status_at": _maybe(day), "statuses_count": number, "followers_count": number,
    "following_count": number, "hide_collections": _maybe(flag), "roles": _many(anything),
}  # fmt: skip

PLACE = _one_of("home", "notifications", "public", "thread", "account")
KEYWORD = _keys(id=ident, keyword=text, whole_word=flag)
WAY = _one_of("accept", "filter", "drop")
ENTITIES: dict[str, Check] = {
    "Status": _keys(**STATUS),
    "StatusForMe": _keys(**STATUS, **MINE),
    "Account": _keys(**ACCOUNT),
    "CredentialAccount": _keys(
        **ACCOUNT,
        source=_keys(
            note=text, fields=_many(FIELD), privacy=_one_of("public", "unlisted", "private", "direct"), sensitive=flag,
            language=_maybe(text), follow_requests_count=number, hide_collections=_maybe(flag), discoverable=_maybe(flag),
            indexable=flag, attribution_domains=_many(text), quote_policy=_one_of("public", "followers", "nobody"),
        ),
        role=_keys(id=text, name=text, color=text, permissions=numeral, highlighted=flag),
    ),
    "Relationship": _keys(
        id=ident, following=flag, showing_reblogs=flag, notifying=flag, languages=_maybe(_many(text)), followed_by=flag,
        blocking=flag, blocked_by=flag, muting=flag, muting_notifications=flag, muting_expires_at=_maybe(moment), requested=flag,
        requested_by=flag,
        domain_blocking=flag, endorsed=flag, note=text,
    ),
    "MediaAttachment": _keys(
        id=ident, type=_one_of("image", "gifv", "video", "audio", "unknown"), url=url, preview_url=_maybe(url),
        remote_url=_maybe(url), description=_maybe(text), blurhash=_maybe(text),
        meta=_keys(original=SIZE, small_=SIZE, focus_=_keys(x=real, y=real), length_=text, duration_=real, fps_=number),
    ),
    "Notification": _keys(
        id=ident, type=text, group_key=text, created_at=moment, account=_entity("Account"), status_=_entity("StatusForMe"),
        report_=_entity("Report"),
    ),
    "NotificationGroup": _keys(
        group_key=text, notifications_count=number, type=text, most_recent_notification_id=number, page_min_id_=ident, page_max_id_=ident,
        latest_page_notification_at_=moment, sample_account_ids=_many(ident), status_id_=ident,
        report_=_entity("Report"),
    ),
    "GroupedNotifications": _keys(
        accounts=_many(_entity("Account")), statuses=_many(_entity("StatusForMe")), notification_groups=_many(_entity("NotificationGroup")),
    ),
    "NotificationPolicy": _keys(
        for_not_following=WAY, for_not_followers=WAY, for_new_accounts=WAY, for_private_mentions=WAY, for_limited_accounts=WAY,
        summary=_keys(pending_requests_count=number, pending_notifications_count=number),
    ),
    "Conversation": _keys(id=ident, unread=flag, accounts=_many(_entity("Account")), last_status=_maybe(_entity("StatusForMe"))),
    "Poll": _keys(
        id=ident, expires_at=_maybe(moment), expired=flag, multiple=flag, votes_count=number, voters_count=_maybe(number),
        options=_many(_keys(title=text, votes_count=_maybe(number))), emojis=_many(anything), voted_=flag, own_votes_=_many(number),
    ),
    "StatusEdit": _keys(
        content=text, spoiler_text=text, sensitive=flag, created_at=moment, account=_entity("Account"), emojis=_many(anything),
        poll_=_keys(options=_many(_keys(title=text))), media_attachments=_many(_entity("MediaAttachment")), quote_=_maybe(_quote),
    ),
    "StatusSource": _keys(id=ident, text=text, spoiler_text=text),
    "ScheduledStatus": _keys(
        id=ident, scheduled_at=moment, media_attachments=_many(_entity("MediaAttachment")),
        params=_keys(
            text=text, media_ids=_maybe(_many(text)), sensitive=_maybe(flag), spoiler_text=_maybe(text), in_reply_to_id=_maybe(number),
            visibility=_one_of("public", "unlisted", "private", "direct"), language=_maybe(text), scheduled_at=_maybe(text),
            idempotency=_maybe(text), with_rate_limit=flag, application_id=_maybe(number),
            poll=_maybe(_keys(options=_many(text), expires_in=number, multiple_=flag, hide_totals_=flag)),
        ),
    ),
    "Announcement": _keys(
        id=ident, content=text, starts_at=_maybe(moment), ends_at=_maybe(moment), all_day=flag, published_at=moment, updated_at=moment,
        read_=flag, mentions=_many(RELATED), statuses=_many(_keys(id=ident, url=url)), tags=_many(SHALLOW_TAG), emojis=_many(anything),
        reactions=_many(_keys(name=text, count=number, me_=flag, url_=url, static_url_=url)),
    ),
    "NotificationRequest": _keys(
        id=ident, created_at=moment, updated_at=moment, account=_entity("Account"), notifications_count=numeral,
        last_status_=_entity("StatusForMe"),
    ),
    "WebPushSubscription": _keys(
        id=number, endpoint=url, standard=flag, server_key=text,
        alerts=_keys(**dict.fromkeys((
            "mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "admin.sign_up", "admin.report",
        ), flag)),
    ),
    "Suggestion": _keys(
        source=_one_of("staff", "past_interactions", "global"), account=_entity("Account"),
        sources=_many(_one_of(
            "featured", "most_followed", "most_interactions", "similar_to_recently_followed", "friends_of_friends",
        )),
    ),
    "Admin::Account": _keys(
        id=ident, username=text, domain=_maybe(text), created_at=moment, email=text, ip=_maybe(text),
        ips=_many(_keys(ip=text, used_at=moment)), locale=text, invite_request=_maybe(text), confirmed=flag, approved=flag,
        role=_keys(id=text, name=text, color=text, permissions=numeral, highlighted=flag), disabled=flag, silenced=flag, suspended=flag,
        sensitized=flag, account=_entity("Account"), created_by_application_id_=_maybe(ident), invited_by_account_id_=_maybe(ident),
    ),
    "Report": _keys(
        id=ident, action_taken=flag, action_taken_at=_maybe(moment), category=_one_of("spam", "violation", "legal", "other"),
        comment=text, forwarded=flag, created_at=moment, status_ids=_maybe(_many(ident)), rule_ids=_maybe(_many(text)),
        target_account=_entity("Account"),
    ),
    "Admin::Measure": _keys(
        key=text, unit=_maybe(text), total=numeral, human_value_=text, previous_total_=numeral,
        data=_many(_keys(date=_like(MIDNIGHT), value=numeral)),
    ),
    "Admin::Dimension": _keys(
        key=text, data=_many(_keys(key=text, human_key=text, value=text, unit_=text, human_value_=text)),
    ),
    "Admin::Cohort": _keys(
        period=_like(MIDNIGHT), frequency=_one_of("day", "month"),
        data=_many(_keys(date=_like(MIDNIGHT), rate=real, value=numeral)),
    ),
    "PrivacyPolicy": _keys(updated_at=moment, content=text),
    "TermsOfService": _keys(effective_date=day, effective=flag, content=text, succeeded_by=_maybe(day)),
    "Activity": _keys(week=numeral, statuses=numeral, logins=numeral, registrations=numeral),
    "Admin::Report": _keys(
        id=ident, action_taken=flag, action_taken_at=_maybe(moment), category=_one_of("spam", "violation", "legal", "other"),
        comment=text, forwarded=flag, created_at=moment, updated_at=moment, account=_maybe(_entity("Admin::Account")),
        target_account=_entity("Admin::Account"), assigned_account=_maybe(_entity("Admin::Account")),
        action_taken_by_account=_maybe(_entity("Admin::Account")), statuses=_many(_entity("Status")),
        rules=_many(_keys(id=text, text=text, hint=text)),
    ),
    "Context": _keys(ancestors=_many(_entity("Status")), descendants=_many(_entity("Status"))),
    "Search": _keys(accounts=_many(_entity("Account")), statuses=_many(_entity("Status")), hashtags=_many(_entity("Tag"))),
    "Tag": _keys(
        id=text, name=text, url=url, history=_many(_keys(day=numeral, uses=numeral, accounts=numeral)), following_=flag, featuring_=flag,
    ),
    "List": _keys(id=ident, title=text, replies_policy=_one_of("followed", "list", "none"), exclusive=flag),
    "Filter": _keys(
        id=ident, title=text, context=_many(PLACE), expires_at=_maybe(moment), filter_action=_one_of("warn", "hide", "blur"),
        keywords_=_many(KEYWORD), statuses_=_many(_keys(id=ident, status_id=ident)),
    ),
    "FilterV1": _keys(
        id=ident, phrase=text, context=_many(PLACE), expires_at=_maybe(moment), irreversible=flag, whole_word=flag,
    ),
    "FilterResult": _keys(
        filter=_entity("Filter"), keyword_matches=_maybe(_many(text)), status_matches=_maybe(_many(ident)),
    ),
    "FeaturedTag": _keys(id=ident, name=text, url=url, statuses_count=numeral, last_status_at=_maybe(day)),
    "FamiliarFollowers": _keys(id=ident, accounts=_many(_entity("Account"))),
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
        "reading:expand:spoilers": flag, "posting:default:quote_policy": _one_of("public", "followers", "nobody"),
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
