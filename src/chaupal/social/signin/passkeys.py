"""Passkeys (WebAuthn): a device signs what we ask it to, beside the password or in its place."""

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from chaupal.kernel.base64url import bytes_of, text_of
from chaupal.kernel.clock import MINUTE
from chaupal.kernel.errors import Conflict, Invalid, NotFound, NotSignedIn
from chaupal.kernel.secrets import digest
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.signin import two_factor as second
from chaupal.social.signin.sessions import check_proved, proved
from chaupal.social.typed import display_name
from chaupal.store.identity import apps, logins, two_factor as factors
from chaupal.store.identity.logins import Login
from chaupal.store.identity.two_factor import Passkey

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

LASTS = 5 * MINUTE
ADD, PROVE, ENTER = "add", "prove", "enter"
MOST = 10
MOST_BYTES = 20_000

# What is thrown for an answer that is not what it should be, besides the library's own.
BAD = (ValueError, KeyError, TypeError)


async def of_viewer(square: Square, viewer: Viewer) -> list[Passkey]:
    async with square.work.reading() as reading:
        return await factors.passkeys_of(reading, viewer.me)


async def ask_to_add(square: Square, viewer: Viewer, password: str, name: str = "") -> str:
    """What the browser must be given to make a key that will be called so, as JSON. Raises Invalid by field, Conflict for too many."""
    display_name(name, field="name")
    login, held = await proved(square, viewer, password), await of_viewer(square, viewer)
    if len(held) >= MOST:
        raise Conflict("too_many_passkeys", most=MOST)
    import webauthn  # it brings in a hundred modules: here, where somebody has a key, and not at the start
    from webauthn.helpers import structs

    challenge = await _challenge(square, viewer.me, ADD)
    options = webauthn.generate_registration_options(
        rp_id=_site(square),
        rp_name=square.settings.title,
        user_id=str(viewer.me).encode(),
        user_name=login.handle,
        challenge=challenge,
        exclude_credentials=_described(held),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
    )
    return webauthn.options_to_json(options)


async def add(square: Square, viewer: Viewer, answer: str, name: str) -> list[str]:
    """The key is known from now on; recovery codes where it is the first thing beside the password. Raises Invalid."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    credential, name = _read(answer), display_name(name, field="name")
    async with square.work.writing() as w:
        challenge = _signed(credential)
        if await factors.take_challenge(w, digest(text_of(challenge)), ADD) != viewer.me:
            raise Invalid("wrong_passkey")
        try:
            verified = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=_site(square),
                expected_origin=square.settings.origin,
            )
        except (WebAuthnException, *BAD) as error:
            raise Invalid("wrong_passkey") from error
        id_ = text_of(verified.credential_id)
        if await factors.passkey(w, id_) is not None:
            raise Invalid("wrong_passkey")
        login = await logins.login_of(w, viewer.me)
        key = text_of(verified.credential_public_key)
        await factors.add_passkey(w, Passkey(id_, viewer.me, key, verified.sign_count, name, w.now(), None))
        await apps.forget_callers(w, viewer.me)
        return [] if login is not None and login.second else await second.new_recovery(w, viewer.me)


async def remove(square: Square, viewer: Viewer, credential: str, password: str) -> None:
    """The key opens nothing from now on. Raises Invalid, NotFound."""
    login = await proved(square, viewer, password)
    async with square.work.writing() as w:
        await check_proved(w, login)
        if not await factors.drop_passkey(w, viewer.me, credential):
            raise NotFound
        await apps.forget_callers(w, viewer.me)


# --- coming in ---


async def ask_to_prove(square: Square, half: str) -> str:
    """For whoever is half way in: what one of their keys must sign, as JSON. Raises NotSignedIn."""
    login = await second.who_waits(square, half)
    async with square.work.reading() as reading:
        held = await factors.passkeys_of(reading, login.account)
    import webauthn

    challenge = await _challenge(square, login.account, PROVE)
    return webauthn.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=_site(square), challenge=challenge, allow_credentials=_described(held)
        )
    )


async def ask_to_enter(square: Square) -> str:
    """What the browser must be given so that a key signs in without a password, as JSON."""
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    challenge = await _challenge(square, 0, ENTER)
    return webauthn.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=_site(square), challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
        )
    )


async def prove(square: Square, half: str, answer: str) -> Login:
    """Who is in now: the password was right, and one of their keys signed. Raises Invalid, NotSignedIn."""
    login = await second.who_waits(square, half)
    account = await _verified(square, answer, PROVE, half)
    if account != login.account:
        raise Invalid("wrong_passkey")
    return login


async def enter(square: Square, answer: str) -> int:
    """Who is in now, without a password: the device made sure who holds it. Raises Invalid."""
    return await _verified(square, answer, ENTER)


async def _verified(square: Square, answer: str, purpose: str, half: str = "") -> int:
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    credential = _read(answer)
    challenge = _signed(credential)
    async with square.work.writing() as w:
        whose = await factors.take_challenge(w, digest(text_of(challenge)), purpose)
        key = await factors.passkey(w, str(credential.get("id", ""))[:2_000])
        if whose is None or key is None or whose not in (0, key.account):
            raise Invalid("wrong_passkey")
        try:
            verified = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=_site(square),
                expected_origin=square.settings.origin,
                credential_public_key=bytes_of(key.public_key),
                credential_current_sign_count=key.uses,
                require_user_verification=purpose == ENTER,
            )
        except (WebAuthnException, *BAD) as error:
            raise Invalid("wrong_passkey") from error
        await factors.use_passkey(w, key.credential, verified.new_sign_count)
        if half and not await logins.use_link(w, digest(half)):
            raise NotSignedIn("log_in_again")
    return key.account


async def _challenge(square: Square, account: int, purpose: str) -> bytes:
    challenge = secrets.token_bytes(32)
    async with square.work.writing() as w:
        await factors.add_challenge(w, digest(text_of(challenge)), account, purpose, w.now() + LASTS)
    return challenge


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > MOST_BYTES:
        raise Invalid("wrong_passkey")
    try:
        return msgspec.json.decode(answer, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Invalid("wrong_passkey") from error


def _signed(credential: dict[str, Any]) -> bytes:
    """The challenge that the browser says was signed; whether it was, is verified later."""
    try:
        told = msgspec.json.decode(bytes_of(credential["response"]["clientDataJSON"]), type=dict[str, Any])
        return bytes_of(told["challenge"])
    except (*BAD, msgspec.DecodeError, AttributeError) as error:
        raise Invalid("wrong_passkey") from error


def _described(held: list[Passkey]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=bytes_of(key.credential)) for key in held]


def _site(square: Square) -> str:
    """The name that keys are bound to: the host, without its port."""
    return urlsplit(square.settings.origin).hostname or "localhost"
