"""What is read of archives from elsewhere: posts of Mastodon and Twitter in one shape, and hostile ones refused."""

import csv
import io
import json
import tarfile
import tracemalloc
import zipfile

import pytest

from archives import PUBLIC, THERE, mastodon, note, outbox, tarred, tweet, twitter, zipped
from chaupal.policy.facts import Visibility
from chaupal.social.archives import archives, past_mastodon, past_posts, past_ties, past_twitter
from chaupal.social.archives.archives import Archive, BadArchive
from chaupal.social.archives.past_posts import BROKEN, OTHERS, SHORT, UNDATED, Attached
from chaupal.text import foreign

AT = 1_612_938_600_000  # 10 February 2021, 06:30 UTC


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_mastodon_archive_is_read_as_a_zip_and_as_a_tar(pack):
    [item] = past_mastodon.read(Archive(pack(mastodon(note(1, "<p>खेत<br>में</p><p>फूल &amp; पानी</p>")))))
    assert item.text == "खेत\nमें\n\nफूल & पानी"
    assert (item.at, item.visibility, item.source) == (AT, Visibility.PUBLIC, f"{THERE}/users/meera/statuses/1")


def test_who_may_read_a_post_is_read_from_whom_it_is_addressed_to():
    followers = f"{THERE}/users/meera/followers"
    archive = Archive(
        zipped(
            mastodon(
                note(1, "a", to=[followers], cc=[PUBLIC]),
                note(2, "b", to=[followers], cc=[]),
                note(3, "c", to=["https://x.example/users/bob"], cc=[]),
            )
        )
    )
    assert [i.visibility for i in past_mastodon.read(archive)] == [
        Visibility.UNLISTED,
        Visibility.PRIVATE,
        Visibility.DIRECT,
    ]


def test_reposts_broken_and_undated_things_are_told_apart_and_spoil_nothing_else():
    announce = {"id": f"{THERE}/a", "type": "Announce", "object": "https://x.example/1"}
    archive = Archive(zipped(mastodon(announce, "nonsense", None, note(1, "x", published="yesterday"), note(2, "y"))))
    assert [i.why for i in past_mastodon.read(archive)] == [OTHERS, BROKEN, BROKEN, UNDATED, ""]
    before_time = Archive(zipped(twitter(tweet(1, "x", "Mon Jan 01 00:00:00 +0500 0001"))))
    assert [i.why for i in past_twitter.read(before_time)] == [UNDATED]


def test_a_name_of_another_server_keeps_its_server():
    words = '<p><span class="h-card"><a href="https://x.example/@bob" class="u-url mention">@<span>bob</span></a></span> सुनो</p>'
    tag = {"type": "Mention", "href": "https://x.example/users/bob", "name": "@bob@x.example"}
    [item] = past_mastodon.read(Archive(zipped(mastodon(note(1, words, tag=[tag])))))
    assert item.text == "@bob@x.example सुनो"
    tag["name"] = f"@bob@{'x' * past_mastodon.MOST_NAME}"
    [item] = past_mastodon.read(Archive(zipped(mastodon(note(1, words, tag=[tag])))))
    assert item.text == "@bob सुनो", "a name without end is put in for nobody's"
    others = [tag | {"name": name} for name in ("@bob@<span>eve</span>", "@eve@x.example")]
    [item] = past_mastodon.read(Archive(zipped(mastodon(note(1, words, tag=others)))))
    assert item.text == "@bob@eve सुनो", "what a name brings along is not looked through anew for each of the others"


def test_of_words_without_end_as_much_is_read_as_of_another_servers():
    """Whoever cleans HTML takes four times as long for twice as much of some letters."""
    [item] = past_mastodon.read(Archive(zipped(mastodon(note(1, "·" * (foreign.MOST_READ + 1))))))
    assert len(item.text) == foreign.MOST_READ


# On the server's own disk, in a bucket with a name of its own, and in one that is named by its path.
@pytest.mark.parametrize("before", ["", "/", "/system/", "/kisan-bucket/"])
def test_media_are_found_beside_the_posts_with_what_they_show(before: str):
    file = {"type": "Document", "url": f"{before}media_attachments/files/1/original/a.png", "name": "खेत"}
    files = mastodon(note(1, "", attachment=[file])) | {"media_attachments/files/1/original/a.png": b"x"}
    [item] = past_mastodon.read(Archive(zipped(files)))
    assert item.files == (Attached("media_attachments/files/1/original/a.png", "खेत"),)


def test_a_tweet_has_its_links_whole_its_entities_decoded_and_no_link_for_its_picture():
    words = "देखो https://t.co/aaa &amp; &lt;सुनो&gt; https://t.co/ppp"
    media = [{"url": "https://t.co/ppp", "media_url_https": "https://pbs.twimg.com/media/Xy.jpg", "ext_alt_text": "खेत"}]
    one = tweet(
        7,
        words,
        entities={"urls": [{"url": "https://t.co/aaa", "expanded_url": "https://gaanv.example/x?a=1&b=2"}]},
        extended_entities={"media": media},
    )
    files = twitter(one) | {"data/tweets_media/7-Xy.jpg": b"x"}
    [item] = past_twitter.read(Archive(zipped(files)))
    assert item.text == "देखो https://gaanv.example/x?a=1&b=2 & <सुनो>"
    assert (item.at, item.source, item.language) == (AT, "twitter:7", "hi")
    assert item.files == (Attached("data/tweets_media/7-Xy.jpg", "खेत"),)


def test_parts_of_a_twitter_archive_are_read_together_and_in_a_folder_of_their_own():
    files = {
        "twitter-2024/data/tweets.js": "window.YTD.tweets.part0 = " + json.dumps([tweet(1, "क")]),
        "twitter-2024/data/tweets-part1.js": "window.YTD.tweets.part1 = " + json.dumps([tweet(2, "ख")]),
        "twitter-2024/assets/x.js": "",
    }
    archive = Archive(zipped(files))
    assert past_twitter.is_one(archive)
    assert sorted(i.text for i in past_twitter.read(archive)) == ["क", "ख"]
    alone = Archive(zipped({"tweets.js": "window.YTD.tweets.part0 = " + json.dumps([tweet(1, "क")])}))
    assert past_twitter.is_one(alone) and [i.text for i in past_twitter.read(alone)] == ["क"]


def test_a_retweet_is_somebody_elses():
    [item] = past_twitter.read(Archive(zipped(twitter(tweet(1, "RT @bob: सुनो")))))
    assert item.why == OTHERS


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "a/../../b", "a\\..\\b"], ids=["up", "root", "within", "backslash"]
)
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_that_lead_out_of_an_archive_are_refused(pack, name):
    with pytest.raises(BadArchive, match="lead out"):
        Archive(pack({name: b"x", "outbox.json": outbox()}))


def test_a_bomb_is_refused_before_it_goes_off(monkeypatch):
    monkeypatch.setattr(archives, "MOST_BYTES", 1_000_000)
    for pack in (zipped, tarred):
        with pytest.raises(BadArchive, match="larger than"):
            Archive(pack({"outbox.json": b"0" * 2_000_000}))


def test_a_zip_that_lies_about_its_sizes_gives_no_more_than_is_asked_for():
    archive = Archive(zipped({"outbox.json": b" " * 100_000}))
    with pytest.raises(BadArchive, match="larger than 1000 bytes"):
        archive.read("outbox.json", 1_000)


def test_too_many_files_and_too_many_things_are_refused(monkeypatch):
    monkeypatch.setattr(archives, "MOST_MEMBERS", 3)
    with pytest.raises(BadArchive, match="more than 3 files"):
        Archive(zipped({str(n): b"" for n in range(4)}))
    monkeypatch.setattr(archives, "MOST_THINGS", 3)
    with pytest.raises(BadArchive, match="more things"):
        past_mastodon.read(Archive(zipped({"outbox.json": outbox({}, {}, {}, {})})))


def test_of_archives_of_millions_of_files_no_list_is_made(monkeypatch):
    """A tar of them, or one with a name of gigabytes, takes a few megabytes of an upload."""
    monkeypatch.setattr(archives, "MOST_MEMBERS", 3)
    four = {str(n): b"" for n in range(4)}
    assert len(Archive(tarred({str(n): b"" for n in range(3)})).names) == 3
    made: list[int] = []
    monkeypatch.setattr(zipfile.ZipInfo, "_decodeExtra", lambda *_: made.append(1))
    monkeypatch.setattr(tarfile.TarInfo, "isfile", lambda _: pytest.fail("all were listed"))
    for pack in (zipped, tarred):
        with pytest.raises(BadArchive, match="more than 3 files"):
            Archive(pack(four))
    assert not made
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("क" * 5_000))
    with pytest.raises(BadArchive, match="more than 3 files"):
        Archive(packed.getvalue())


def test_what_a_tar_says_of_its_files_beside_their_names_is_not_kept_for_each():
    """A field that is for all is copied for each: of a tar of a hundred kilobytes that filled any memory."""
    said = {str(n): "" for n in range(archives.MOST_FIELDS + 1)}
    for of_all, of_one in ((said, {}), ({}, said), ({}, {"comment": "x" * archives.MOST_HEADER})):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz", format=tarfile.PAX_FORMAT, pax_headers=of_all) as archive:
            one = tarfile.TarInfo("outbox.json")
            one.pax_headers = of_one
            archive.addfile(one)
        with pytest.raises(BadArchive, match="damaged"):
            Archive(packed.getvalue())


def test_posts_of_all_files_together_are_no_more_than_anybody_has_posted(monkeypatch):
    parts = {f"tweets-part{n}.js": json.dumps([1, tweet(n, "कखग")]) for n in range(2)}
    archive = Archive(zipped(parts))
    assert [item.text for item in past_twitter.read(archive)] == ["", "कखग"] * 2
    for most, few in (("MOST_POSTS", 3), ("MOST_LETTERS", 5)):
        with monkeypatch.context() as fewer:
            fewer.setattr(past_posts, most, few)
            with pytest.raises(BadArchive, match="more things"):
                past_twitter.read(archive)
            with pytest.raises(BadArchive, match="more things"):
                past_mastodon.read(Archive(zipped({"outbox.json": outbox(1, 2, 3, note(1, "कखगघङच"))})))
    monkeypatch.setattr(archives, "MOST_TEXTS", len(parts["tweets-part0.js"]) + 10)
    with pytest.raises(BadArchive, match="more things"):
        past_twitter.read(Archive(zipped(parts)))


def test_what_takes_the_place_of_a_link_or_a_name_is_not_looked_through_for_more():
    """Thirty links that lead to two of themselves were gigabytes, of an upload of a few kilobytes."""
    again = {"url": "https://t.co/aa", "expanded_url": "https://t.co/aa?https://t.co/aa"}
    [item] = past_twitter.read(Archive(zipped(twitter(tweet(1, "https://t.co/aa।", entities={"urls": [again] * 12})))))
    assert item.text == "https://t.co/aa?https://t.co/aa।"
    nowhere = {"url": "https://t.co/aa", "expanded_url": None}
    [item] = past_twitter.read(Archive(zipped(twitter(tweet(1, "https://t.co/aa।", entities={"urls": [nowhere]})))))
    assert item.text == "https://t.co/aa।", "a link of which nobody knows where it leads stays"
    name = {"type": "Mention", "href": "https://x.example/a", "name": f"@a@<span>a</span>{'b' * 400}"}
    archive = Archive(zipped(mastodon(note(1, "@<span>a</span>" * 6_000, tag=[name] * 10))))
    tracemalloc.start()
    [item] = past_mastodon.read(archive)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000 and len(item.text) <= foreign.MOST_READ


def test_of_one_second_no_more_notes_are_kept_than_are_held_against_each_tweet():
    begins, others = "क" * past_twitter.CUT_FROM, ["कुछ और"] * (past_twitter.MOST_NOTES - 1)
    for said, but in (([*others, f"{begins}ख"], ""), ([*others, "एक और", f"{begins}ख"], SHORT)):
        notes = [{"noteTweet": {"createdAt": "2021-02-10T06:30:00Z", "core": {"text": text}}} for text in said]
        files = twitter(tweet(1, f"{begins}…")) | {"data/note-tweet.js": json.dumps(notes)}
        assert [item.but for item in past_twitter.read(Archive(zipped(files)))] == [but]


def test_of_a_list_without_end_no_more_lines_are_kept_than_may_come(monkeypatch):
    kept, reader = [], csv.reader

    def counted(lines):
        for row in reader(lines):
            kept.append(row)
            yield row

    monkeypatch.setattr(past_ties.csv, "reader", counted)
    with pytest.raises(BadArchive, match="more than"):
        past_ties.read("follows", b"asha\n" * (2 * past_ties.MOST_LINES))
    assert len(kept) == past_ties.MOST_LINES + 1
    with pytest.raises(BadArchive, match="more than"):
        past_ties.read("tags", json.dumps(["kisan"] * (past_ties.MOST_LINES + 1)).encode())


def test_links_within_archives_are_refused():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        link = tarfile.TarInfo("outbox.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(BadArchive, match="links"):
        Archive(packed.getvalue())
    zip_ = io.BytesIO()
    with zipfile.ZipFile(zip_, "w") as archive:
        info = zipfile.ZipInfo("outbox.json")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(BadArchive, match="links"):
        Archive(zip_.getvalue())


@pytest.mark.parametrize(
    "data",
    [b"\x1f\x8bnonsense", b"PK\x03\x04nonsense", b"nonsense", zipped({"a": b"b"})[:40]],
    ids=["tar", "zip", "neither", "cut off"],
)
def test_what_is_no_archive_is_said_to_be_none(data):
    with pytest.raises(BadArchive):
        Archive(data)


def test_a_damaged_json_is_said_to_be_so():
    with pytest.raises(BadArchive, match="JSON"):
        past_mastodon.read(Archive(zipped({"outbox.json": b'{"orderedItems": [{]'})))
    with pytest.raises(BadArchive, match="JSON"):
        past_twitter.read(Archive(zipped({"data/tweets.js": b"window.YTD.tweets.part0 = alert(1)"})))
    # And not an error of ours, by which it would come to its turn for ever.
    for bad in (b"[" * 100_000, b'["\xff"]}'):
        with pytest.raises(BadArchive, match="JSON"):
            past_mastodon.read(Archive(zipped({"outbox.json": b'{"orderedItems": ' + bad})))


def test_lists_are_known_by_their_first_line_or_their_name():
    assert past_ties.kind_of("x.csv", b"Account address,Show boosts,Notify on new posts,Languages\n") == "follows"
    assert past_ties.kind_of("x.csv", b"Account address,Hide notifications\n") == "mutes"
    wide = "Account address,Hide notifications\nbob@x.example,true\n".encode("utf-16")  # as a spreadsheet saves it
    assert past_ties.kind_of("x.csv", wide) == "mutes"
    assert past_ties.read("mutes", wide) == [past_ties.Line("bob@x.example", {"hide notifications": "true"})]
    assert past_ties.kind_of("Blocked_accounts (1).csv", b"bob@x.example\n") == "blocks"
    assert (
        past_ties.kind_of("x.csv", b"bob@x.example\n") == past_ties.kind_of("listserver.csv", b"bob@x.example\n") == ""
    )


def test_a_line_says_what_its_columns_are_named_for():
    [line] = past_ties.read(
        "follows", b"\xef\xbb\xbfAccount address,Show boosts,Notify on new posts\r\nasha@here,false,true\r\n\r\n"
    )
    assert line.what == "asha@here"
    assert not line.says("show boosts", usual=True) and line.says("notify on new posts", usual=False)
    with pytest.raises(past_ties.BadList):
        past_ties.read("blocks", b"\xff\xff")
