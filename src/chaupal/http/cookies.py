"""Cookies that answers set, all in one way: for the whole site, for no script, not sent along from foreign pages."""

from chaupal.kernel.settings import Settings


def set_cookie(settings: Settings, name: str, value: str, seconds: int | None = None) -> tuple[str, str]:
    """The header by which a browser keeps `value` for so long. None: until it is closed; 0: no longer."""
    lasts = "" if seconds is None else f"; Max-Age={seconds}"
    secure = "; Secure" if settings.secure else ""
    return "set-cookie", f"{name}={value}; Path=/{lasts}; HttpOnly; SameSite=Lax{secure}"
