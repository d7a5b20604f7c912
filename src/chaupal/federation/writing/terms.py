"""The words beyond ActivityStreams that we use, each with where it comes from; nobody has to fetch a context of ours."""

from typing import Any

from chaupal.federation.writing import withheld
from chaupal.kernel.clock import iso

AS = "https://www.w3.org/ns/activitystreams"
SECURITY = "https://w3id.org/security/v1"

EXTENSIONS: dict[str, Any] = {
    "toot": "http://joinmastodon.org/ns#",
    "schema": "http://schema.org#",
    "gts": "https://gotosocial.org/ns#",
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "sensitive": "as:sensitive",
    "Hashtag": "as:Hashtag",
    "movedTo": {"@id": "as:movedTo", "@type": "@id"},
    "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
    "suspended": "toot:suspended",
    "featured": {"@id": "toot:featured", "@type": "@id"},
    "attributionDomains": {"@id": "toot:attributionDomains", "@type": "@id"},
    "blurhash": "toot:blurhash",
    "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
    "votersCount": "toot:votersCount",
    "PropertyValue": "schema:PropertyValue",
    "value": "schema:value",
    "implements": {"@id": "https://w3id.org/fep/844e/implements", "@type": "@id", "@container": "@list"},
    "conversation": {"@id": "http://ostatus.org#conversation", "@type": "@id"},
    # Quotes: FEP-044f, and the older words by which other servers know them.
    "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
    "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id"},
    "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
    "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    "quoteUri": "http://fedibird.com/ns#quoteUri",
    "quoteUrl": "as:quoteUrl",
    "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
    "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
    "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
    "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
    "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
    "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
    "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    **withheld.TERMS,
}
CONTEXT: list[Any] = [AS, SECURITY, EXTENSIONS]


def alone(thing: dict[str, Any]) -> dict[str, Any]:
    """A thing as it is sent by itself: with what its words mean."""
    return {"@context": CONTEXT} | thing


def moment(ms: int) -> str:
    """A time as xsd:dateTime."""
    return iso(ms)
