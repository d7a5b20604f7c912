"""The settings as a table, for `chaupal settings` and for docs/settings.md, so that neither can go stale."""

import msgspec
from msgspec.inspect import Metadata, type_info

from chaupal.kernel.settings import Settings


def help_lines() -> dict[str, str]:
    """Setting -> what it is for."""
    info = type_info(Settings)
    found: dict[str, str] = {}
    for field in info.fields:  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]
        kind = field.type  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        schema = (kind.extra_json_schema or {}) if isinstance(kind, Metadata) else {}
        found[str(field.encode_name)] = str(schema.get("description", ""))  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
    return found


def settings_table(settings: Settings | None = None) -> str:
    """Markdown: each setting, its environment name, its value (the default where no settings are given), its help."""
    shown = settings or Settings()
    rows = ["| setting | environment | value | what it is for |", "|---|---|---|---|"]
    for name, text in help_lines().items():
        value = msgspec.json.encode(getattr(shown, name)).decode()
        rows.append(f"| `{name}` | `CHAUPAL_{name.upper()}` | `{value}` | {text} |")
    return "\n".join(rows)
