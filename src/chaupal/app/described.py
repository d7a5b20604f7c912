"""The settings as a table, for `chaupal settings` and for docs/settings.md, so that neither can go stale.

`python -m chaupal.app.described docs/settings.md` writes the paper anew.
"""

import sys
from pathlib import Path
from typing import cast

import msgspec
import regex
from msgspec.inspect import Metadata, StructType, type_info

from chaupal.kernel.settings import Settings

PASSWORD = regex.compile(r"(://[^:@/]*:)[^@]*@")  # in an address: what is printed is soon pasted somewhere


def help_lines() -> dict[str, str]:
    """Setting -> what it is for."""
    info = cast(StructType, type_info(Settings))
    found: dict[str, str] = {}
    for field in info.fields:
        kind = field.type
        schema = (kind.extra_json_schema or {}) if isinstance(kind, Metadata) else {}
        found[str(field.encode_name)] = str(schema.get("description", ""))
    return found


def settings_table(settings: Settings | None = None) -> str:
    """Markdown: each setting, its environment name, its value (the default where no settings are given), its help."""
    shown = settings or Settings()
    rows = ["| setting | environment | value | what it is for |", "|---|---|---|---|"]
    for name, text in help_lines().items():
        value = PASSWORD.sub(r"\1…@", msgspec.json.encode(getattr(shown, name)).decode())
        rows.append(f"| `{name}` | `CHAUPAL_{name.upper()}` | `{value}` | {text} |")
    return "\n".join(rows)


HEAD = """# Settings

From lowest to highest: what stands here, a TOML file (`chaupal --config FILE …` or `CHAUPAL_CONFIG`), the environment, the command line.
`chaupal settings` prints them as they are on your server. Written by `make map`; a test keeps it fresh.
"""


def paper() -> str:
    """docs/settings.md, with every setting as it is when nothing is set."""
    return f"{HEAD}\n{settings_table()}\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(paper(), encoding="utf-8")
