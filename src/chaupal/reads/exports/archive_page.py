"""`index.html` of what one takes along: one's own posts to be read in any browser, without a server and without a program."""

from html import escape

from chaupal.policy.sentences.placeholders import day
from chaupal.policy.things import Person, Picture, Post
from chaupal.reads.exports.export_files import address, captions_name, home, name_of

STYLE = (
    "body{font:17px/1.6 system-ui,sans-serif;max-width:38rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}"
    "article{padding:1rem 0;border-top:1px solid #ccc}img,video{max-width:100%;height:auto}:lang(ur){line-height:2.1}"
)
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
    """One post with its day, its words and its files."""
    warning = f'<p dir="auto"><strong>{escape(post.spoiler)}</strong></p>' if post.spoiler else ""
    return (
        f'<article><p><a href="{escape(address(origin, person.handle, post.id))}">{day(post.created_at, language)}</a></p>'
        f'{warning}<div lang="{post.language}" dir="auto">{post.html}</div>'
        f"{''.join(_file(one) for one in post.pictures)}</article>\n"
    )


def _file(one: Picture) -> str:
    words = escape(one.description)
    if tag := PLAYED.get(one.kind):
        tracks = "".join(f'<track src="{captions_name(one, told)}" srclang="{told.language}">' for told in one.captions)
        return f'<p><{tag} controls preload="none" src="{name_of(one)}" aria-label="{words}">{tracks}</{tag}></p>'
    return f'<p><img loading="lazy" src="{name_of(one)}" alt="{words}"></p>'
