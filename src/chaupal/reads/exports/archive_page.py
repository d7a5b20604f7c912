"""`index.html` of what one takes along: one's own posts to be read in any browser, without a server and without a program."""

from html import escape

from chaupal.policy.facts import Visibility
from chaupal.policy.measures import Both
from chaupal.policy.sentences.placeholders import day, spoken_of
from chaupal.policy.things import Person, Picture, Post
from chaupal.reads.exports.export_files import address, captions_name, home, name_of

STYLE = (
    "body{font:17px/1.6 system-ui,sans-serif;max-width:38rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}"
    "article{padding:1rem 0;border-top:1px solid #ccc}img,video{max-width:100%;height:auto}:lang(ur){line-height:2.1}"
)
# What is not for everybody is marked, for whoever shows the page to somebody.
FOR: dict[Visibility, Both] = {
    Visibility.UNLISTED: ("Public, but in no list", "सबके लिए, पर सूचियों से बाहर"),
    Visibility.LOCAL: ("Only people of this server", "केवल इस सर्वर के लोग"),
    Visibility.PRIVATE: ("Followers only", "केवल फ़ॉलोअर के लिए"),
    Visibility.DIRECT: ("Mentioned people only", "केवल जिनका ज़िक्र है"),
}
REPLY: Both = ("A reply", "एक जवाब")
SENSITIVE: Both = ("Sensitive pictures, video or sound", "संवेदनशील चित्र, वीडियो या आवाज़")
PLAYED = {"audio": "audio", "video": "video", "gifv": "video"}


def head(origin: str, person: Person, language: str) -> str:
    """What stands before the posts."""
    name = escape(person.shown_name)
    me = escape(home(origin, person.handle))
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{name}</title><style>{STYLE}</style><h1 dir="auto">{name}</h1>'
        f'<p><a href="{me}">{me}</a></p><div dir="auto">{person.note_html}</div>\n'
    )


def article(origin: str, person: Person, post: Post, language: str) -> str:
    """One post with its day, for whom it is, its words, its poll and its files."""
    told = [REPLY] if post.reply_to is not None else []
    told += [FOR[post.visibility]] if post.visibility in FOR else []
    marks = "".join(f" · {escape(spoken_of(one, language))}" for one in told)
    said = f'<div lang="{post.language}" dir="auto">{post.html}</div>{_poll(post)}{_files(post, language)}'
    if post.spoiler:
        said = f'<details><summary dir="auto"><strong>{escape(post.spoiler)}</strong></summary>{said}</details>'
    return (
        f'<article><p><a href="{escape(address(origin, person.handle, post.id))}">{day(post.created_at, language)}</a>{marks}</p>'
        f"{said}</article>\n"
    )


def _poll(post: Post) -> str:
    if post.poll is None:
        return ""
    options = "".join(f'<li dir="auto">{escape(one.title)} · {one.votes}</li>' for one in post.poll.options)
    return f'<ul lang="{post.language}">{options}</ul>'


def _files(post: Post, language: str) -> str:
    """What is sensitive lies covered here, too."""
    files = "".join(_file(one) for one in post.pictures)
    if not files or not post.sensitive or post.spoiler:  # with a warning all of it is covered
        return files
    return f"<details><summary>{escape(spoken_of(SENSITIVE, language))}</summary>{files}</details>"


def _file(one: Picture) -> str:
    words = escape(one.description)
    if tag := PLAYED.get(one.kind):
        tracks = "".join(f'<track src="{captions_name(one, told)}" srclang="{told.language}">' for told in one.captions)
        return f'<p><{tag} controls preload="none" src="{name_of(one)}" aria-label="{words}">{tracks}</{tag}></p>'
    return f'<p><img loading="lazy" src="{name_of(one)}" alt="{words}"></p>'
