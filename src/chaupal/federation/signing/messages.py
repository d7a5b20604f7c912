"""Signatures by the standard: HTTP Message Signatures (RFC 9421), several of them on one request."""

from urllib.parse import parse_qsl, quote_plus, urlsplit

from chaupal.federation.signing import fields
from chaupal.federation.signing.asked import Claim, NotSigned, SignedRequest
from chaupal.federation.signing.digests import check_content_digest, content_digest
from chaupal.federation.signing.fields import Item

MOST_LABELS = 4
LABEL = "sig1"
# The names that the target of a request has, each of which says it whole.
WHOLE = ({"@target-uri"}, {"@request-target", "@authority"}, {"@request-target", "host"})
HALVES = ({"@path", "@authority"}, {"@path", "host"})


def claims(asked: SignedRequest) -> list[Claim]:
    """What each signature says, of those that have all in them that has to be. Raises NotSigned where there is none."""
    told = fields.dictionary(asked.headers.get("signature-input", ""))
    signatures = fields.dictionary(asked.headers.get("signature", ""))
    if not 0 < len(told) <= MOST_LABELS:
        raise NotSigned(why="there is none, or there are too many")
    found: list[Claim] = []
    why = NotSigned(why="there is none")
    for label, item in told.items():
        try:
            found.append(_claim(asked, item, signatures.get(label)))
        except NotSigned as error:
            why = error
    if not found:
        raise why
    return found


def covered(method: str) -> tuple[Item, ...]:
    """What we sign: the least that everybody asks for. The date stands in the parameters."""
    names = ("@method", "@target-uri", *(("content-digest",) if method == "POST" else ()))
    return tuple(Item(name, {}) for name in names)


def headers(method: str, body: bytes) -> dict[str, str]:
    """Those that are signed."""
    return {"content-digest": content_digest(body)} if method == "POST" else {}


def signed(method: str, key: str, now: int) -> Item:
    """What is signed of a request of ours, and by what: the member of `Signature-Input`. `now` in seconds."""
    return Item(covered(method), {"created": now, "keyid": key, "alg": "rsa-v1_5-sha256"})


def base(asked: SignedRequest, item: Item) -> bytes:
    """What is signed (RFC 9421 §2.5). Raises NotSigned where it names what is not there or not known."""
    lines = [f"{fields.written(part)}: {_value(asked, part)}" for part in _named(item)]
    try:
        return "\n".join((*lines, f'"@signature-params": {fields.written(item)}')).encode("latin-1")
    except UnicodeEncodeError as error:
        raise NotSigned(why="a header cannot be read") from error


def header_pair(item: Item, signature: bytes) -> dict[str, str]:
    """The two headers of a signature."""
    return {
        "signature-input": f"{LABEL}={fields.written(item)}",
        "signature": f"{LABEL}={fields.written(Item(signature, {}))}",
    }


def _claim(asked: SignedRequest, item: Item, signature: Item | None) -> Claim:
    if signature is None or not isinstance(signature.value, bytes):
        raise NotSigned(why="a label has no signature")
    params = item.params
    if not (key := _parameter_text(params, "keyid")):
        raise NotSigned(why="it names no key")
    names = {str(part.value) for part in _named(item) if not part.params}
    _check(asked, names, params)
    if "content-digest" in names:
        check_content_digest(asked.header("content-digest"), asked.body)
    return Claim(
        key,
        _parameter_text(params, "alg"),
        signature.value,
        base(asked, item),
        _seconds(params, "created"),
        _seconds(params, "expires"),
    )


def _named(item: Item) -> tuple[Item, ...]:
    """The parts that are signed. Raises NotSigned where one is no name, or stands there twice (§2.5: it must not)."""
    if not isinstance(item.value, tuple):
        raise NotSigned(why="what is signed is no list")
    for part in item.value:
        if (
            not isinstance(part.value, str)
            or isinstance(part.value, fields.BareToken)
            or part.value != part.value.lower()
        ):
            raise NotSigned(why="what is signed is no name")
    if len({fields.written(part) for part in item.value}) < len(item.value):
        raise NotSigned(why="a part is signed twice")
    return item.value


def _check(asked: SignedRequest, names: set[str], params: fields.Params) -> None:
    """As for the older form (`cavage`): what is asked for, of whom, when, and the body."""
    whole = [*WHOLE, *(half | ({"@query"} if "?" in asked.target else set[str]()) for half in HALVES)]
    if "@method" not in names or not any(names >= need for need in whole):
        raise NotSigned(why="@method and @target-uri have to be signed")
    if "created" not in params:
        raise NotSigned(why="created has to be said")
    if "content-digest" not in names and (asked.body or asked.method == "POST"):
        raise NotSigned(why="content-digest has to be signed where there is a body")


def _value(asked: SignedRequest, part: Item) -> str:
    name = str(part.value)
    if name == "@query-param" and set(part.params) == {"name"}:
        return _parameter(asked, str(part.params["name"]))
    if part.params:
        raise NotSigned(why="a part is signed in a way that is not known here")
    match name:
        case "@method":
            return asked.method
        case "@target-uri":
            return asked.origin.lower() + asked.target
        case "@authority" | "host":
            return asked.host
        case "@scheme":
            return urlsplit(asked.origin).scheme
        case "@request-target":
            return asked.target
        case "@path":
            return asked.path
        case "@query":
            return asked.query
        case _ if name.startswith("@"):
            raise NotSigned(why=f"{name[:60]} is not known here")
        case _:
            return asked.header(name)


def _parameter(asked: SignedRequest, name: str) -> str:
    """One parameter of the query (§2.2.8): read as a form and written anew."""
    try:
        values = [value for key, value in parse_qsl(asked.query[1:], True, max_num_fields=100) if _quoted(key) == name]
    except ValueError as error:
        raise NotSigned(why="the query cannot be read") from error
    if len(values) != 1:
        raise NotSigned(why="a parameter of the query is signed and does not stand there once")
    return _quoted(values[0])


def _quoted(text: str) -> str:
    return quote_plus(text, safe="*").replace("+", "%20").replace("~", "%7E")


def _parameter_text(params: fields.Params, name: str) -> str:
    value = params.get(name, "")
    if not isinstance(value, str) or isinstance(value, fields.BareToken):
        raise NotSigned(why=f"{name} is no text")
    return value


def _seconds(params: fields.Params, name: str) -> int:
    value = params.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotSigned(why=f"{name} is no time")
    return value
