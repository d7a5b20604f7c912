"""Somebody on another server, as Mastodon, Misskey, Lemmy and GoToSocial describe them; and what is nobody."""

from typing import Any

import pytest

from chaupal.federation.reading.actors import Actor, is_actor, keys_in, read_actor, read_key
from chaupal.federation.reading.values import Unreadable
from chaupal.policy.things import Field

RAVI = "https://social.example/users/ravi"
KEY = {"id": f"{RAVI}#main-key", "owner": RAVI, "publicKeyPem": "-----BEGIN PUBLIC KEY-----"}


def person(**more: Any) -> dict[str, Any]:
    base = {
        "type": "Person",
        "id": RAVI,
        "preferredUsername": "Ravi",
        "inbox": f"{RAVI}/inbox",
        "publicKey": KEY,
        "name": "रवि",
        "endpoints": {"sharedInbox": "https://social.example/inbox"},
        "url": "https://social.example/@ravi",
    }
    return {name: value for name, value in (base | more).items() if value is not None}


def read(**more: Any) -> Actor:
    return read_actor(person(**more))


def test_a_person_of_mastodon():
    ravi = read(
        summary="<p>किसान <script>x</script></p>", manuallyApprovesFollowers=True, discoverable=True, indexable="true",
        followers=f"{RAVI}/followers", following=f"{RAVI}/following", featured=f"{RAVI}/featured", outbox=f"{RAVI}/outbox",
        icon={"type": "Image", "mediaType": "image/png", "url": "https://f.example/a.png"}, image=["https://f.example/h.png"],
        alsoKnownAs=["https://old.example/@ravi"], movedTo="https://new.example/@ravi", published="2020-01-01T00:00:00Z",
        attachment=[{"type": "PropertyValue", "name": "खेत", "value": '<a href="https://khet.example">khet.example</a>'},
                    {"type": "PropertyValue", "name": "घर", "value": '<a href="https://ghar.example/"><span>https://ghar.example/</span></a>'}],
    )  # fmt: skip
    assert (ravi.user, ravi.host, ravi.name, ravi.url) == (
        "ravi",
        "social.example",
        "रवि",
        "https://social.example/@ravi",
    )
    assert (ravi.note, ravi.note_html) == ("किसान", "<p>किसान </p>")
    assert (ravi.inbox, ravi.shared_inbox) == (f"{RAVI}/inbox", "https://social.example/inbox")
    assert (ravi.avatar, ravi.header) == ("https://f.example/a.png", "https://f.example/h.png")
    assert (ravi.locked, ravi.discoverable, ravi.indexable, ravi.bot) == (True, True, True, False)
    assert (ravi.aliases, ravi.moved_to) == (("https://old.example/@ravi",), "https://new.example/@ravi")
    assert ravi.fields[1] == Field("घर", "https://ghar.example/")
    assert [key.id for key in ravi.keys] == [KEY["id"]]


@pytest.mark.parametrize("kind", ["Person", "Service", "Application", "Group", "Organization", "as:Person"])
def test_everybody_who_can_be_followed_is_somebody(kind: str):
    assert is_actor(person(type=kind))
    assert read(type=kind).bot == (kind in ("Service", "Application"))


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"type": "Note"}, "no_actor"),
        ({"id": None}, "no_id"),
        ({"preferredUsername": None}, "no_handle"),
        ({"preferredUsername": "ra vi"}, "no_handle"),
        ({"preferredUsername": "ravi@evil.example"}, "no_handle"),
        ({"preferredUsername": "рaви"}, "no_handle"),  # letters that look like others
        ({"preferredUsername": "r" * 200}, "no_handle"),
        ({"preferredUsername": 7}, "no_handle"),
        ({"inbox": None}, "no_inbox"),
        ({"inbox": "https://evil.example/inbox"}, "no_inbox"),
    ],
)
def test_what_is_nobody(more: dict[str, Any], why: str):
    with pytest.raises(Unreadable) as caught:
        read(**more)
    assert caught.value.why == why


def test_what_is_said_of_other_hosts_is_not_said():
    ravi = read(
        url="https://evil.example/@ravi",
        outbox="https://evil.example/x",
        followers="https://evil.example/f",
        endpoints={"sharedInbox": "https://evil.example/inbox"},
    )
    assert (ravi.url, ravi.outbox, ravi.followers, ravi.shared_inbox) == (RAVI, "", "", "")


@pytest.mark.parametrize(
    ("key", "found", "elsewhere"),
    [
        (KEY, 1, 0),
        ([KEY, KEY | {"id": f"{RAVI}#second"}], 2, 0),
        (f"{RAVI}/main-key", 0, 1),
        (KEY | {"owner": "https://social.example/users/asha"}, 0, 0),
        (KEY | {"id": "https://evil.example/key"}, 0, 0),
        (KEY | {"publicKeyPem": "x" * 20_000}, 0, 0),
        ("https://evil.example/key", 0, 0),
        (7, 0, 0),
    ],
)
def test_keys_in_every_form_and_none_of_somebody_else(key: object, found: int, elsewhere: int):
    assert [*map(len, keys_in(person(publicKey=key), RAVI))] == [found, elsewhere]
    assert len(read(publicKey=key).keys) == found


def test_a_multikey_is_a_key():
    multi = {"id": f"{RAVI}#ed25519", "type": "Multikey", "controller": RAVI, "publicKeyMultibase": "z6Mk"}
    assert [key.multibase for key in read(publicKey=None, assertionMethod=[multi]).keys] == ["z6Mk"]


def test_a_key_that_stands_at_its_own_address_names_its_owner():
    assert read_key(KEY).owner == RAVI
    assert read_key(person()).id == KEY["id"]
    for wrong in ({**KEY, "owner": "https://evil.example/x"}, {"id": RAVI}, {**KEY, "owner": None}):
        with pytest.raises(Unreadable):
            read_key(wrong)


def test_the_handle_by_which_somebody_says_that_they_are_found():
    assert read(webfinger="acct:Ravi@Example.com").claimed == "ravi@example.com"
    assert read(webfinger="7").claimed == ""
