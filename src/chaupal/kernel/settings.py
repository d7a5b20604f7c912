"""The one frozen Settings: read once from TOML and `CHAUPAL_*`, every field with its help line."""

import os
import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec import Meta

from chaupal.kernel.countries import known_country
from chaupal.kernel.errors import Problem
from chaupal.kernel.page_languages import PageLanguage

FOR_TESTS = 60  # see `Settings.hurry`


class BadSettings(Problem):
    """A setting cannot be used; the message names it and says what would do."""

    slug = "bad_settings"


def about(what: str, **bounds: Any) -> Meta:
    return Meta(description=what, **bounds)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything an operator can set. TOML keys are the field names; the environment overrides as CHAUPAL_<NAME>."""

    data: Annotated[str, about("Directory that holds the database, uploads, keys and mail of this server.")] = "data"
    host: Annotated[str, about("Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, about("Port to listen on; 0 takes a free one.", ge=0, le=65535)] = 8000
    public_url: Annotated[
        str, about("Where people reach the server, scheme and host (and port on loopback). Empty: http://HOST:PORT.")
    ] = ""
    database: Annotated[
        str, about("Empty: SQLite in the data directory. Else a PostgreSQL URL, postgresql://user@host/name.")
    ] = ""
    valkey: Annotated[
        str,
        about(
            "Empty: one process serves. Else a Valkey's URL, valkey://host:port or"
            " valkey+sentinel://host:port,host:port/name: any number of processes serve one PostgreSQL."
        ),
    ] = ""
    files: Annotated[
        str,
        about(
            "Where uploads lie. Empty: in the data directory. Else a store that speaks S3: s3://bucket or s3://bucket/folder."
        ),
    ] = ""
    s3_endpoint: Annotated[
        str, about("Address of that store, http(s)://host[:port]. Empty: Amazon's, by the region.")
    ] = ""
    s3_region: Annotated[str, about("Region of that store.")] = "us-east-1"
    s3_access_key: Annotated[
        str,
        about(
            "Access key of that store. Empty: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the machine's own role."
        ),
    ] = ""
    s3_secret_key: Annotated[str, about("Secret key of that store.")] = ""
    title: Annotated[str, about("The server's name on pages and in apps.")] = "Chaupal"
    description: Annotated[str, about("One or two sentences about the server, shown to newcomers.")] = (
        "A square where every limit on speech is decided in the open."
    )
    contact_email: Annotated[str, about("Where people can write to the operator.")] = ""
    home_country: Annotated[
        str,
        about(
            "The server's own country (ISO 3166-1 alpha-2); a viewer whose country is unknown counts as being here.",
            pattern="^[A-Z]{2}$",
        ),
    ] = "IN"
    default_language: Annotated[
        PageLanguage,
        about("Language of pages when the browser asks for none at all; one that asks for others alone gets English."),
    ] = "hi"
    registrations: Annotated[
        Literal["open", "approval", "closed"],
        about("Who may make an account: anyone, anyone whom staff then approve, or nobody."),
    ] = "open"
    confirm_emails: Annotated[
        bool,
        about(
            "Off: whoever joins is let in without following a link sent to their address. For tests and closed "
            "networks alone: nobody knows whose an address is."
        ),
    ] = True
    country_file: Annotated[
        str, about("MMDB file that maps addresses to countries. Empty: the packaged one, where the build brought it.")
    ] = ""
    country_header: Annotated[
        str, about("Header in which a trusted proxy names the viewer's country, such as CF-IPCountry. Empty: none.")
    ] = ""
    trusted_proxies: Annotated[
        tuple[str, ...],
        about("Networks (CIDR) whose X-Forwarded-For and country header are believed; the whole internet is refused."),
    ] = ()
    rate_limits: Annotated[bool, about("Limit requests per account and address; off only for load tests.")] = True
    rate_limit_scale: Annotated[
        int, about("Multiplies every rate limit, for servers behind one shared address.", ge=1)
    ] = 1
    streams_per_caller: Annotated[
        int, about("Streaming connections that one account, or one address of strangers, may hold open.", ge=1)
    ] = 40
    connections: Annotated[
        int,
        about(
            "Connections that may stand at once, streams among them; fewer where the system allows fewer open files.",
            ge=1,
        ),
    ] = 10_000
    connections_per_address: Annotated[
        int, about("Connections that one address (/64 of IPv6) may hold, other than a trusted proxy's.", ge=1)
    ] = 300
    head_seconds: Annotated[int, about("Seconds in which a request's first line and headers must have come.", ge=1)] = (
        15
    )
    idle_seconds: Annotated[
        int,
        about(
            "Seconds that a connection may stand between two requests: longer than a proxy in front keeps one."
            " Where all connections are taken, those that stand so longest make room.",
            ge=1,
        ),
    ] = 75
    body_seconds: Annotated[
        int,
        about(
            "Seconds that a request's body, and whoever takes an answer, may take; more as they move on by body_rate.",
            ge=1,
        ),
    ] = 30
    body_rate: Annotated[
        int, about("Bytes a second that a body must move on by after that, and an answer be taken by.", ge=1)
    ] = 1_000
    max_media_bytes: Annotated[int, about("Largest image that is taken, in bytes.", ge=1024)] = 16_000_000
    max_media_pixels: Annotated[int, about("Largest image that is decoded, in pixels (width x height).", ge=1024)] = (
        33_000_000
    )
    ffmpeg: Annotated[
        str,
        about(
            "Program that paints video and sound anew, ffprobe beside it. Empty: the one that is found; off: none is taken."
        ),
    ] = ""
    max_film_bytes: Annotated[
        int, about("Largest video or sound that is taken, in bytes.", ge=1024, le=100_000_000)
    ] = 99_000_000
    max_film_pixels: Annotated[
        int, about("Largest video that is decoded, in pixels of one frame (width x height).", ge=1024)
    ] = 8_294_400
    max_film_seconds: Annotated[int, about("Longest video or sound that is taken, in seconds.", ge=1, le=7200)] = 600
    link_previews: Annotated[
        Literal["public", "off", "any"],
        about(
            "Follow the first link of a post to show what it leads to, and those of profiles to see whether they link"
            " back: at public addresses, never, or at any"
            " (for servers on a network of their own)."
        ),
    ] = "public"
    federation: Annotated[
        Literal["off", "on", "listed"],
        about(
            "Talk to other servers of the fediverse (ActivityPub): no, with all, or with those alone that the office let in."
            " Needs a public address with https. Accounts and posts keep the address that they were first said under: it cannot be"
            " changed afterwards."
        ),
    ] = "off"
    federation_test: Annotated[
        bool,
        about(
            "Several servers on one machine: plain http, ports in names, addresses of this machine, tries again after"
            " seconds. For tests; refused where public_url is https."
        ),
    ] = False
    authorized_fetch: Annotated[
        bool, about("Tell other servers what is here only where they sign that they ask (authorised fetch).")
    ] = False
    tell_peers: Annotated[
        bool, about("Tell which other servers are known here (`/api/v1/instance/peers`), as most of them do.")
    ] = True
    remote_media_days: Annotated[
        int,
        about(
            "Days that pictures, films and portraits of other servers are kept here once they were fetched; asked for"
            " later they are fetched again.",
            ge=1,
        ),
    ] = 30
    translate_url: Annotated[
        str,
        about(
            "Where the menu of a public post in another language leads to have it translated, with {text}, {from}"
            " and {to} (codes of languages) in their places; https only. Empty: nowhere."
        ),
    ] = ""
    smtp_url: Annotated[
        str, about("Mail server, smtp[s]://user:password@host:port. Empty: mails are written to DATA/mail.")
    ] = ""
    mail_from: Annotated[str, about("Sender of the server's mails.")] = "chaupal@localhost"
    log_batch_minutes: Annotated[
        int,
        about(
            "Minutes between checkpoints of the public log, each padded so that nobody can count secret acts."
            " 0: signed whenever asked for.",
            ge=0,
            le=1440,
        ),
    ] = 60
    log_batch_entries: Annotated[
        int,
        about(
            "Entries that the public log grows by at least with each checkpoint; half of them have room for what is secret."
            " Whoever must expect large secret orders chooses more before the first of them: everybody sees it.",
            ge=16,
            le=4096,
            multiple_of=2,
        ),
    ] = 16
    witness_logs: Annotated[
        tuple[str, ...], about("Keys (name+id+base64) of other servers' logs whose checkpoints this one cosigns.")
    ] = ()
    log_witnesses: Annotated[
        tuple[str, ...],
        about('Witnesses asked to cosign our checkpoints, each as "key address" (name+id+base64 https://…).'),
    ] = ()
    log_neighbours: Annotated[
        tuple[str, ...],
        about(
            "Servers that witness us and that we witness, each by the line that it gives at /log/neighbour:"
            " its log's key, its witness's key, its address. Theirs names us the same way."
        ),
    ] = ()
    log_witnesses_needed: Annotated[
        int, about("How many cosignatures a checkpoint needs before it counts as witnessed.", ge=0)
    ] = 0
    document_trust_roots: Annotated[
        str,
        about(
            "Directory of certificates (PEM, DER) that vouch for signers of PDF orders."
            " Empty: only authorities' own keys count."
        ),
    ] = ""
    webhooks_private: Annotated[
        bool, about("Let webhooks call private addresses and plain http, for a console on the operator's own network.")
    ] = False
    push_private: Annotated[
        bool,
        about(
            "Let pushes go to private addresses, other ports and plain http, for a push service on the operator's own network."
        ),
    ] = False
    metrics_token: Annotated[
        str, about("Password (HTTP basic) for /metrics, which Prometheus reads. Empty: that address does not exist.")
    ] = ""
    traces: Annotated[
        str,
        about(
            "Address of an OpenTelemetry collector (OTLP over HTTP), http(s)://host:4318: every request is traced to it."
            " Needs the package's extra `traces`. Empty: none."
        ),
    ] = ""
    staff_second_step: Annotated[
        bool, about("The office opens only to staff of whom a code or a passkey is asked beside the password.")
    ] = False
    village: Annotated[
        bool, about("Serve the seeded village with its cast and look-as bar. Never on a real server.")
    ] = False
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], about("How much the server says about itself.")
    ] = "info"
    keep_answers: Annotated[
        bool,
        about(
            "Answer the same question of the same viewer from memory until anything is changed; off to compare the two."
        ),
    ] = True

    @property
    def origin(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return self.public_url

    @property
    def domain(self) -> str:
        """Host, with its port where one is named."""
        return urlsplit(self.origin).netloc

    def title_in(self, language: str) -> str:
        """The server's name in what is written in this language: the usual one in its script, any other as it is."""
        return "चौपाल" if (self.title, language) == ("Chaupal", "hi") else self.title

    @property
    def secure(self) -> bool:
        return self.origin.startswith("https://")

    @property
    def federates(self) -> bool:
        """Whether other servers are talked to."""
        return self.federation != "off"

    @property
    def hurry(self) -> int:
        """How many times shorter the pauses are after which other servers are tried again: in tests they stand on this machine."""
        return FOR_TESTS if self.federation_test else 1

    @property
    def postgres(self) -> bool:
        return bool(self.database)

    @property
    def many(self) -> bool:
        """Whether other processes serve the same house."""
        return bool(self.valkey)


FIELDS = {field.name: field for field in msgspec.structs.fields(Settings)}


def load_settings(file: Path | None = None, environ: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Settings from a TOML file, then `CHAUPAL_*`, then keyword overrides (None = not given).

    Raises BadSettings with the name of the first setting that cannot be used.
    """
    values: dict[str, object] = {}
    if file is not None:
        try:
            values |= tomllib.loads(file.read_text("utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadSettings(f"{file}: {error.strerror if isinstance(error, OSError) else error}") from error
    values |= _from_environment(os.environ if environ is None else environ)
    values |= {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        what, _, name = str(error).partition(" - at `$.")
        strange = what.replace("Object contains unknown field", "no setting is called")
        name = name.rstrip("`")
        raise BadSettings(f"{name}: {what}{_choices(name)}" if name else f"{file}: {strange}") from error
    named = settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
    settings = msgspec.structs.replace(settings, public_url=named)
    _check(settings)
    return settings


def _choices(name: str) -> str:
    """What a setting may be, of one that takes one of a few words."""
    words = get_args(get_type_hints(Settings).get(name))
    return f"; it is one of {', '.join(words)}" if words and all(isinstance(word, str) for word in words) else ""


PREFIX = "CHAUPAL_"
VALKEYS = ("valkey", "valkeys", "valkey+sentinel", "valkeys+sentinel", "redis", "rediss")
OTHER_WORDS = frozenset({"config", "flags"})  # said in the environment, but no settings; `flags`: deploy/systemd


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in FIELDS:
        text = environ.get(PREFIX + name.upper())
        if text is not None:
            found[name] = _from_words(name, text.strip())
    return found


def strange_words(environ: Mapping[str, str]) -> list[str]:
    """`CHAUPAL_*` that name no setting: to be said aloud, since a mistyped limit or proxy must not be left out in silence.

    Not refused, since surroundings put names of their own there (a cluster's CHAUPAL_SERVICE_HOST).
    """
    known = {PREFIX + name.upper() for name in (*FIELDS, *OTHER_WORDS)}
    return sorted(word for word in environ if word.startswith(PREFIX) and word not in known)


# Every shell has its own words for these.
SWITCHES = {"on": True, "yes": True, "off": False, "no": False}


def _from_words(name: str, text: str) -> object:
    if isinstance(FIELDS[name].default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(FIELDS[name].default, bool):
        return SWITCHES.get(text.lower(), text)
    return text


def _check(settings: Settings) -> None:
    _check_translate(settings.translate_url)
    smtp = _address(settings, "smtp_url", port=True)
    if settings.smtp_url and (smtp.scheme not in ("smtp", "smtps") or not smtp.hostname):
        raise BadSettings("smtp_url: leave it empty, or begin with smtp:// or smtps:// (TLS from the start)")
    for text in settings.trusted_proxies:
        try:
            network = ip_network(text)
        except ValueError as error:
            raise BadSettings(f"trusted_proxies: {error}") from error
        # Trusting everyone would let anybody choose the country they are judged in.
        if network.prefixlen < (8 if network.version == 4 else 16):
            raise BadSettings(f"trusted_proxies: {text} trusts half the internet; name your own proxies")
    if not known_country(settings.home_country):
        raise BadSettings(f"home_country: {settings.home_country} is no country's code (ISO 3166-1 alpha-2)")
    if settings.database and _address(settings, "database").scheme not in ("postgresql", "postgres"):
        raise BadSettings("database: leave it empty, or begin with postgresql://")
    if settings.valkey and not settings.database:
        raise BadSettings("valkey: many processes need a PostgreSQL to serve; name it in database")
    if settings.valkey and _address(settings, "valkey").scheme not in VALKEYS:
        raise BadSettings("valkey: leave it empty, or begin with valkey:// or valkey+sentinel:// (valkeys:// over TLS)")
    where = _address(settings, "files")
    if settings.files and (where.scheme != "s3" or not where.netloc or where.query):
        raise BadSettings("files: leave it empty, or name a store as s3://bucket or s3://bucket/folder")
    if settings.s3_endpoint and _address(settings, "s3_endpoint", port=True).scheme not in ("http", "https"):
        raise BadSettings("s3_endpoint must be http(s)://host")
    traces = _address(settings, "traces", port=True)
    if settings.traces and (traces.scheme not in ("http", "https") or not traces.netloc):
        raise BadSettings("traces: the address of a collector, http(s)://host:4318")
    if settings.log_witnesses_needed > len(settings.log_witnesses) + len(settings.log_neighbours):
        raise BadSettings("log_witnesses_needed: there are fewer log_witnesses and log_neighbours than this")
    _check_federation(settings)
    if settings.country_header and not settings.trusted_proxies:
        raise BadSettings("country_header is believed only from trusted_proxies; name them, or leave the header out")
    parts = _address(settings, "public_url", port=True)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
        raise BadSettings("public_url must be http(s)://host, without a path")
    # The log is called by it, and what it signs knows no such names. As it was written: parts of it have been cleaned.
    if any(c.isspace() or c in "@+?#\\" for c in settings.origin):
        raise BadSettings("public_url: there is no host of that name")
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1", "0.0.0.0"):  # noqa: S104
        raise BadSettings("public_url: plain http is for loopback only; put TLS in front and use https")


def _address(settings: Settings, name: str, *, port: bool = False) -> SplitResult:
    """`port`: it names one host, so what stands after it is a number. Raises BadSettings."""
    try:
        parts = urlsplit(getattr(settings, name))
        _ = port and parts.port  # read only now
    except ValueError as error:
        raise BadSettings(f"{name}: {error}") from error
    return parts


def _check_federation(settings: Settings) -> None:
    """Others keep our addresses for ever, and believe what comes from there: it has to be a public one under TLS."""
    if settings.federation_test and settings.secure:
        raise BadSettings(
            "federation_test is for several servers on one machine, and public_url is https: leave it out"
        )
    if settings.federation != "off" and not settings.secure and not settings.federation_test:
        raise BadSettings("federation: other servers find this one at an https address only; name it in public_url")


def _check_translate(template: str) -> None:
    if not template:
        return
    if not template.startswith("https://") or "{text}" not in template:
        raise BadSettings("translate_url: must begin with https:// and hold {text}")
    try:
        template.format_map({"text": "", "from": "", "to": ""})
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise BadSettings("translate_url: knows {text}, {from} and {to}, and no other braces") from error
