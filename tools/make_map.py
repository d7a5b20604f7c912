"""Draw docs/map.md: the folders of the code with a sentence each. With folders named, print what each of their files is for."""

import ast
import sys
from pathlib import Path

from rooms import ROWS, VERIFIER

ROOT = Path(__file__).resolve().parent.parent
CODE = ROOT / "src" / "chaupal"
AUDIT = ROOT / "verifier" / "src" / VERIFIER
MAP = ROOT / "docs" / "map.md"

# What somebody wants to change, and the first file to open; below src/chaupal, or else from the root of the repository.
PLACES = (
    ("who may see what, and in which order the rules speak", "policy/rules.py"),
    ("what stands in place of a withheld post", "policy/sentences/placeholders.py"),
    ("an address of the API, or of a page", "api/routes.py", "web/routes.py"),
    (
        "the shape of a post or a person in the API",
        "api/mastodon/posts/status_entity.py",
        "api/mastodon/account_entity.py",
    ),
    ("a setting", "kernel/settings.py"),
    ("an error's text and status", "kernel/faults"),
    ("rate limits (of one address: `limit` at its route)", "http/limits.py"),
    ("what browsers are told: CSP, CORS, caching", "http/headers.py"),
    ("how long a post may be", "text/length.py"),
    ("how long a display name may be", "text/length.py"),
    ("what is a tag, a mention or a link", "text/entities.py"),
    ("in which order things trend", "reads/explore/trends.py"),
    ("search terms", "text/analyse.py"),
    ("how many posts a home holds", "ports/homes.py"),
    ("drafts and scheduled posts: how many, what they hold", "policy/drafts_and_scheduled.py"),
    ("how long a picture's description may be", "social/media/media.py"),
    ("how long a password must be", "policy/passwords.py"),
    ("whose followers are shown", "policy/follower_lists.py"),
    ("how long a session lasts; codes, passkeys", "social/signin/sessions.py", "social/signin"),
    ("which files may be uploaded, how large", "social/media/upload_types.py", "kernel/settings.py"),
    ("what is painted of an upload", "social/media/pictures.py", "social/media/films.py"),
    ("polls: options, votes", "social/posts/polls.py"),
    ("which notifications stand in one group", "store/notifications/notifications.py"),
    ("whom an address, net or mail provider shuts out", "governance/people/ip_and_mail_blocks.py"),
    ("a language of pages", "kernel/page_languages.py", "web/locales"),
    ("when staff are told of a deadline", "policy/deadline_alerts.py"),
    ("what an event causes", "fanout/table.py"),
    (
        "words of pushes, of letters about notifications",
        "policy/sentences/push_texts.py",
        "policy/sentences/notification_mail_texts.py",
    ),
    (
        "words to those whom a ruling touches, about whom something is demanded, and to who complains",
        "policy/sentences/ruling_texts.py",
        "policy/sentences/demand_texts.py",
        "policy/sentences/complaint_texts.py",
    ),
    ("files and columns of what one takes along (CSV)", "reads/exports"),
    ("what another server is sent, what is taken from one", "federation/writing", "federation/taking"),
    ("the steps of an order", "verifier/src/chaupal_audit/law/procedure.py"),
    ("a measure", "verifier/src/chaupal_audit/law/measures.py"),
    ("a law: authorities, grounds, deadlines, also of appeals", "governance/regimes/files"),
    ("how long what one person did alone or in an emergency lasts", "verifier/src/chaupal_audit/law/alone.py"),
    ("how many must agree to a measure: `takes_two_people`", "verifier/src/chaupal_audit/law/regime.py"),
    ("what one person may do alone: moves and what is asked of them", "governance/cases/lifecycle.py"),
    ("the house's own rules", "governance/laws"),
    (
        "what can be complained of: its category, its words, and the law that may name it",
        "governance/people/complaints.py",
        "web/court/disputewords.py",
        "verifier/src/chaupal_audit/law/regime.py",
    ),
    ("a table of the report, its columns", "verifier/src/chaupal_audit/report/tables"),
    ("an entry of the log", "verifier/src/chaupal_audit/log/entries.py"),
    ("a table of the database; a migration", "store/tables", "store/migrations/versions"),
    ("the Hindi of the pages", "web/locales/hi/LC_MESSAGES/messages.po"),
    ("a command of `chaupal`", "app/cli.py"),
)

HEAD = """# Map

Drawn by `make map`. What each file of a folder is for:

```sh
.venv/bin/python tools/make_map.py api/court
```

A request comes in at `http` (who asks, from which country, how often), goes to a handler of `api` or `web`, which calls a function that
changes something (`social`, `governance`) or looks (`reads`). Only `store` knows SQL. What is read comes sealed; `policy` opens it for the
one who asks, or hides it. What follows from a change (notifications, homes, mails, other servers) is done by `fanout` from events that
the change wrote in its own transaction.

## Where to begin

| to change | open |
|---|---|
"""

ROOMS = """
## Rooms

A room imports from rows below its own only ([decision 1](decisions/0001-rooms-in-rows.md); `tests/test_architecture.py` holds it).
"""

BELOW = """
## The verifier

A package of its own, which strangers install without a server. Every row may import it; it imports nothing of the server.
"""


def purpose(module: Path) -> str:
    """The first line of a module's docstring, or nothing."""
    words = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    return words.strip().splitlines()[0] if words else ""


def modules(folder: Path) -> list[Path]:
    """Every module right in a folder but its __init__."""
    return sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")


def floors(room: Path) -> list[Path]:
    """The folders of a room that hold modules of their own, at any depth."""
    return sorted(path.parent for path in room.rglob("__init__.py") if path.parent != room)


def place(name: str) -> Path:
    """A file or folder as it is named here: below the server's code, or from the root."""
    return CODE / name if (CODE / name).exists() else ROOT / name


def _link(path: Path, name: str) -> str:
    return f"[`{name}`](../{path.relative_to(ROOT)})"


def _row(wanted: str, *names: str) -> str:
    return f"| {wanted} | {', '.join(_link(place(name), name) for name in names)} |"


def of_room(room: Path) -> list[str]:
    """A room with its sentence, and each of its folders with its own."""
    lines = [f"- {_link(room, room.name)} — {purpose(room / '__init__.py')}"]
    return lines + [f"  - {_link(floor, floor.name)} — {purpose(floor / '__init__.py')}" for floor in floors(room)]


def of_files(folder: Path) -> list[str]:
    """A folder's files and those of its folders, each with what it is for."""
    return [
        f"{path.relative_to(folder.parent)}: {purpose(path)}"
        for below in (folder, *floors(folder))
        for path in modules(below)
    ]


def draw() -> str:
    """The whole map, highest row first."""
    places = HEAD + "\n".join(_row(*of) for of in PLACES)
    rows = [
        "\n".join([f"### Row {row}", "", *(line for room in ROWS[row] for line in of_room(CODE / room))])
        for row in reversed(range(len(ROWS)))
    ]
    return "\n".join([places, ROOMS, "\n\n".join(rows), BELOW, *of_room(AUDIT)]) + "\n"


if __name__ == "__main__":
    if asked := sys.argv[1:]:
        print("\n".join(line for name in asked for line in of_files(place(name))))
    else:
        MAP.write_text(draw(), encoding="utf-8")
