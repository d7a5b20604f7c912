"""Posts as Mastodon, Misskey, Lemmy, PeerTube, Pixelfed and others write them, read into one shape."""

from typing import Any

import pytest

from chaupal.federation.reading.marks import MentionRead
from chaupal.federation.reading.objects import PostRead, is_gone, is_post, is_vote, read_post
from chaupal.federation.reading.values import LATEST, Unreadable
from chaupal.policy.facts import Visibility
from chaupal.policy.things import Option, Tag

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
RAVI = "https://social.example/users/ravi"
FOLLOWERS = f"{RAVI}/followers"
NOW = 1_800_000_000_000


def note(**more: Any) -> dict[str, Any]:
    base = {
        "type": "Note",
        "id": f"{RAVI}/statuses/1",
        "attributedTo": RAVI,
        "to": [PUBLIC],
        "cc": [FOLLOWERS],
        "content": "<p>नमस्ते</p>",
        "published": "2023-11-14T22:13:20Z",
        "url": "https://social.example/@ravi/1",
    }
    return {name: value for name, value in (base | more).items() if value is not None}


def said(**more: Any) -> PostRead:
    return read_post(note(**more), followers=FOLLOWERS, now=NOW)


def test_a_note_of_mastodon():
    post = said(
        contentMap={"hi": "<p>नमस्ते</p>"},
        summary="राजनीति",
        sensitive=True,
        inReplyTo="https://b.example/2",
        updated="2023-11-15T00:00:00Z",
    )
    assert (post.uri, post.url, post.by) == (f"{RAVI}/statuses/1", "https://social.example/@ravi/1", RAVI)
    assert (post.html, post.text, post.spoiler, post.language) == ("<p>नमस्ते</p>", "नमस्ते", "राजनीति", "hi")
    assert (post.at, post.edited_at) == (1_700_000_000_000, 1_700_006_400_000)
    assert (post.sensitive, post.answers, post.visibility) == (True, "https://b.example/2", Visibility.PUBLIC)


@pytest.mark.parametrize(
    ("to", "cc", "visibility"),
    [
        ([PUBLIC], [FOLLOWERS], Visibility.PUBLIC),
        ("as:Public", None, Visibility.PUBLIC),
        ("Public", [], Visibility.PUBLIC),
        ({"id": PUBLIC, "type": "Collection"}, None, Visibility.PUBLIC),
        ([FOLLOWERS], [PUBLIC], Visibility.UNLISTED),
        ([FOLLOWERS], "Public", Visibility.UNLISTED),
        ([FOLLOWERS], [], Visibility.PRIVATE),
        (FOLLOWERS, None, Visibility.PRIVATE),
        ([], [FOLLOWERS, "https://here.example/@asha"], Visibility.PRIVATE),
        (["https://here.example/@asha"], [], Visibility.DIRECT),
        ([], [], Visibility.DIRECT),
        ([7, None, {"x": 1}, [PUBLIC]], 7, Visibility.DIRECT),  # a list in a list is nobody
    ],
)
def test_for_whom_a_post_is(to: object, cc: object, visibility: Visibility):
    assert read_post(note() | {"to": to, "cc": cc}, followers=FOLLOWERS).visibility is visibility


def test_whom_the_author_does_not_want_named_is_addressed_all_the_same():
    assert said(to=[], cc=[], bto=["https://here.example/@asha"]).to == ("https://here.example/@asha",)


def test_what_the_post_does_not_say_its_activity_says():
    around = {"actor": RAVI, "to": [PUBLIC], "type": "Create"}
    post = read_post(note(attributedTo=None, to=None, cc=None), around=around)
    assert (post.by, post.visibility) == (RAVI, Visibility.PUBLIC)


@pytest.mark.parametrize(
    "by", [RAVI, [RAVI], {"type": "Person", "id": RAVI}, [{"type": "Person", "id": RAVI}, "https://social.example/b"]]
)
def test_its_author_in_every_form(by: object):
    assert said(attributedTo=by).by == RAVI


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"id": None}, "no_id"),
        ({"id": "urn:uuid:7"}, "no_id"),
        ({"type": None}, "no_post"),
        ({"type": "Place"}, "no_post"),
        ({"type": ["x", 7]}, "no_post"),
        ({"attributedTo": None}, "no_author"),
        ({"attributedTo": "https://evil.example/x"}, "no_author"),
        ({"attributedTo": {"type": "Person"}}, "no_author"),
    ],
)
def test_what_is_no_post(more: dict[str, Any], why: str):
    with pytest.raises(Unreadable) as caught:
        said(**more)
    assert caught.value.why == why


@pytest.mark.parametrize(
    "answers",
    [
        "https://b.example/2",
        ["https://b.example/2"],
        {"type": "Link", "href": "https://b.example/2"},
        {"id": "https://b.example/2"},
    ],
)
def test_what_it_answers_in_every_form(answers: object):
    assert said(inReplyTo=answers).answers == "https://b.example/2"


def test_people_in_the_plain_text_are_of_their_servers():
    post = said(
        content='<p><span class="h-card"><a href="https://b.example/@asha" class="u-url mention">@<span>asha</span></a></span> हाँ</p>',
        tag=[{"type": "Mention", "href": "https://b.example/users/asha", "name": "@asha@b.example"}],
    )
    assert post.mentions == (MentionRead("https://b.example/users/asha", "@asha@b.example"),)
    assert post.text == "@asha@b.example हाँ"


def test_tags_are_those_of_the_words_where_their_names_lost_letters():
    """Mastodon takes viramas and nuktas out of a tag's name (its issue 18870); the words beside it still have them."""
    post = said(
        content='<p><a href="https://social.example/tags/x" class="mention hashtag" rel="tag">#<span>विज्ञान</span></a> #पढ़ाई</p>',
        tag=[
            {"type": "Hashtag", "href": "https://social.example/tags/x", "name": "#विजञान"},
            {"type": "Hashtag", "name": "#खेती"},
        ],
    )
    assert [tag.name for tag in post.tags] == ["विज्ञान", "पढ़ाई", "खेती"]


@pytest.mark.parametrize("name", ["#with-dash", "#with white", "#1234", "#🐄", "", "#" + "a" * 2_000])
def test_what_is_no_tag_here_is_none_of_theirs(name: str):
    assert said(tag={"type": "Hashtag", "name": name}).tags == ()
    assert said(tag={"type": "Hashtag", "name": "nohash"}).tags == (Tag("nohash", "nohash"),)


@pytest.mark.parametrize(
    "more",
    [
        {"quote": "https://b.example/9"},
        {"quoteUrl": "https://b.example/9"},
        {"quoteUri": "https://b.example/9"},
        {"_misskey_quote": "https://b.example/9"},
        {"tag": [{"type": "Link", "mediaType": "application/activity+json", "href": "https://b.example/9"}]},
    ],
)
def test_what_it_quotes_in_every_form(more: dict[str, Any]):
    assert said(**more).quotes == "https://b.example/9"


def test_whom_it_lets_quote_it():
    def policy(always: object) -> dict[str, Any]:
        return {"canQuote": {"automaticApproval": always}}

    assert said(interactionPolicy=policy([PUBLIC])).may_quote == "public"
    assert said(interactionPolicy=policy(FOLLOWERS)).may_quote == "followers"
    assert said(interactionPolicy=policy([RAVI])).may_quote == "nobody"
    assert said(interactionPolicy=7).may_quote == said().may_quote == ""


def test_pictures_films_and_sounds():
    post = said(
        attachment=[
            {"type": "Document", "mediaType": "image/png", "url": "https://f.example/1", "name": "खेत", "blurhash": "UBL_:rOpGG-o",
             "focalPoint": [0.5, -2], "width": 10, "height": 20},
            {"type": "Video", "url": [{"type": "Link", "href": "https://f.example/v.mp4", "mediaType": "video/mp4"}],
             "duration": "PT1M2.5S"},
            {"type": "Audio", "url": {"href": "https://f.example/a"}, "summary": "आवाज़"},
            {"url": "https://f.example/p.jpg"},
            {"type": "Image", "url": "https://f.example/logo.svg", "name": "निशान"},
            {"type": "Image", "url": "data:image/png;base64,AAAA"},
            {"type": "PropertyValue", "name": "x", "value": "y"}, 7, None,
        ]
    )  # fmt: skip
    picture, film, sound, plain = post.files
    assert (picture.kind, picture.description, picture.focus, picture.width) == ("image", "खेत", (0.5, -1.0), 10)
    assert (film.url, film.kind, film.length) == ("https://f.example/v.mp4", "video", 62_500)
    assert (sound.kind, sound.description) == ("audio", "आवाज़")
    assert plain.kind == "image"
    assert ">निशान</a>" in post.html  # a program rather than a picture: a link


def test_more_files_than_are_shown_are_said_to_be_there():
    post = said(attachment=[{"type": "Image", "url": f"https://f.example/{n}.png"} for n in range(20)])
    assert len(post.files) == 16
    assert post.cut
    assert post.html.endswith('rel="nofollow noopener noreferrer">https://social.example/@ravi/1</a></p>')


def question(**more: Any) -> dict[str, Any]:
    answers = [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": votes}}
        for name, votes in (("हाँ", 3), ("ना", 4))
    ]
    return note(**{"type": "Question", "oneOf": answers, "endTime": "2023-11-20T00:00:00Z"} | more)


def test_a_question_with_its_answers():
    poll = read_post(question(votersCount=7), now=NOW).poll
    assert poll is not None
    assert (poll.options, poll.voters, poll.multiple) == ((Option("हाँ", 3), Option("ना", 4)), 7, False)
    assert poll.ends_at == 1_700_438_400_000


@pytest.mark.parametrize("said", [{}, {"votersCount": 1}])
def test_no_answer_of_many_has_more_than_all_who_voted(said: dict[str, int]):
    options = [{"name": name, "replies": {"totalItems": many}} for name, many in (("क", 9), ("ख", 4))]
    poll = read_post(question(oneOf=None) | {"anyOf": options, **said}, now=NOW).poll
    assert poll is not None and poll.voters == 9, "or a page says that 900 per cent chose it"


def test_a_question_of_many_answers_that_is_over():
    poll = read_post(
        question(oneOf=None)
        | {"anyOf": [{"name": "क"}, {"name": ""}, 7, {"name": "ख"}], "closed": "2023-11-15T00:00:00Z"},
        now=NOW,
    ).poll
    assert poll is not None
    assert ([one.title for one in poll.options], poll.multiple, poll.ends_at) == (["क", "ख"], True, 1_700_006_400_000)


def test_a_question_that_asks_nothing_is_a_note_and_one_without_an_end_stays_open():
    assert read_post(question(oneOf=[])).poll is None
    poll = read_post(question() | {"endTime": None}).poll
    assert poll is not None
    assert poll.ends_at == LATEST


@pytest.mark.parametrize("kind", ["Article", "Page", "Video", "Audio", "Image", "Event"])
def test_what_is_no_short_text_is_shown_as_a_link(kind: str):
    post = said(type=kind, name="लंबी <b>बात</b>", summary="<p>थोड़े में</p>", content="<p>" + "बहुत " * 3_000 + "</p>")
    assert post.html.startswith("<p><strong>लंबी बात</strong></p><p>थोड़े में</p>")
    assert post.html.endswith(">https://social.example/@ravi/1</a></p>")
    assert not post.spoiler


def test_plain_text_and_markdown_are_read_as_what_they_are():
    assert said(content="<b>x</b>\nhttps://x.example/y", mediaType="text/plain").html.startswith(
        "<p>&lt;b&gt;x&lt;/b&gt;<br><a href="
    )
    assert (
        said(content="**x** <b>y</b>", mediaType="text/markdown; charset=utf-8").html
        == "<p><strong>x</strong> &lt;b&gt;y&lt;/b&gt;</p>"
    )
    tongue = {"identifier": "mr", "name": "मराठी"}  # Lemmy and PeerTube say it so
    film = said(
        type="Video", name="फ़िल्म", content="**x** [y](https://x.example/y)", mediaType="text/markdown", language=tongue
    )
    assert film.language == "mr"
    assert film.html.startswith("<p><strong>फ़िल्म</strong></p><p>x y</p>")


def test_a_date_in_the_future_is_now_and_none_is_none():
    assert said(published="2099-01-01T00:00:00Z").at == NOW
    assert said(published=None).at == 0
    assert said(updated="2020-01-01T00:00:00Z").edited_at is None


def test_a_page_on_another_host_is_not_its_page():
    assert said(url="https://evil.example/1").url == f"{RAVI}/statuses/1"


def test_emojis_with_pictures_of_their_own():
    icon = {"type": "Image", "url": "https://f.example/cow.png"}
    tags = [
        {"type": "Emoji", "name": ":cow:", "icon": icon},
        {"type": "Emoji", "name": ":cow:", "icon": icon},
        {"type": "Emoji", "name": ":x y:"},
    ]
    assert [(one.name, one.url) for one in said(tag=tags).emojis] == [("cow", "https://f.example/cow.png")]


def test_votes_tombstones_and_posts_are_told_apart():
    vote = note(content=None, name="हाँ", inReplyTo="https://here.example/@asha/1")
    assert is_vote(vote)
    assert not is_vote(note(name="हाँ", inReplyTo="https://here.example/@asha/1"))
    assert is_gone({"type": "Tombstone", "id": "https://b.example/1"})
    assert is_post(note(type="as:Note"))
    assert not is_post(7)
