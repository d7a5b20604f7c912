"""Mastodon.py on what people are told: groups, policy and requests, conversations, announcements, and a push that it opens."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from mastodon import Mastodon

from clients.conftest import Stage
from clients.mastodons import asha, binod, notification  # noqa: F401 - fixtures
from waiting import eventually


@dataclass
class PushService:
    """What arrives at an address on loopback: headers and body."""

    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list[tuple[dict[str, str], bytes]])
    url: str = ""


@pytest.fixture
def push_service() -> Iterator[PushService]:
    found = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(201)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/push"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()


def test_opens_a_push_with_its_own_keys(stage: Stage, asha: Mastodon, binod: Mastodon, push_service: PushService):
    private, public = asha.push_subscription_generate_keys()
    made = asha.push_subscription_set(push_service.url, public, mention_events=True, policy="all")
    assert made.endpoint == push_service.url and made.alerts.mention is True and made.alerts.follow is False
    assert made.server_key == asha.instance_v2().configuration.vapid.public_key
    post = binod.status_post("@asha खेत पर मिलते हैं")
    headers, body = eventually(lambda: push_service.heard)[0]
    told = asha.push_subscription_decrypt_push(body, private, headers["encryption"], headers["crypto-key"])
    assert told.notification_type == "mention" and told.body == "@asha खेत पर मिलते हैं"
    assert told.access_token == stage.cast["asha"].token
    assert notification(asha, told.notification_id).status.id == post.id
    assert asha.push_subscription_update(follow_events=True).alerts.follow is True
    assert asha.push_subscription().id == made.id
    asha.push_subscription_delete()


def test_reads_groups_and_puts_them_away(asha: Mastodon, binod: Mastodon, stage: Stage):
    asha.notifications_clear()
    post = asha.status_post("बहुत लोग")
    for one in (binod, stage.mastodon("chitra")):
        one.status_favourite(post)
    found = eventually(
        lambda: [g for g in asha.grouped_notifications().notification_groups if g.notifications_count == 2]
    )
    (group,) = found
    assert group.type == "favourite" and group.status_id == post.id
    assert len(asha.grouped_notification_accounts(group.group_key)) == 2
    assert asha.grouped_notification(group.group_key).notification_groups[0].group_key == group.group_key
    assert asha.unread_grouped_notifications_count() == 1 and asha.notifications_unread_count().count == 2
    asha.dismiss_grouped_notification(group.group_key)
    assert asha.grouped_notifications().notification_groups == []


def test_keeps_strangers_apart_and_lets_them_in(asha: Mastodon, stage: Stage):
    asha.notifications_clear()
    devika = stage.mastodon("devika")
    assert asha.update_notifications_policy(for_not_following="filter").for_not_following == "filter"
    devika.status_post("@asha hello")
    (request,) = eventually(asha.notification_requests)
    assert request.account.username == "devika" and asha.notifications() == []
    assert asha.notifications_policy().summary.pending_requests_count == 1
    asha.accept_notification_request(request)
    assert asha.notifications_merged() is True
    assert [n.account.username for n in asha.notifications()] == ["devika"]
    devika.status_post("@asha again")
    assert len(eventually(lambda: [*asha.notifications()][1:] and asha.notifications())) == 2
    asha.update_notifications_policy(for_not_following="accept")


def test_reads_conversations(asha: Mastodon, binod: Mastodon):
    post = binod.status_post("@asha अकेले में", visibility="direct")
    (talk,) = eventually(asha.conversations)
    assert talk.last_status.id == post.id and talk.unread and [a.username for a in talk.accounts] == ["binod"]
    assert not asha.conversations_read(talk).unread
    assert not asha.conversations()[0].unread
    note = asha.status_post("याद रखना: बीज", visibility="direct")
    own = eventually(lambda: [one for one in asha.conversations() if one.last_status.id == note.id])[0]
    assert [a.username for a in own.accounts] == ["asha"], "apps draw the first of them unasked"


def test_what_nobody_announced_is_an_empty_list(asha: Mastodon):
    assert asha.announcements() == []
