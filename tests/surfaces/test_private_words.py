"""No verification note, and no other free text of the court, on any public surface: only what is public by choice is there."""

import itertools
import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any

import regex
from sqlalchemy import text

from chaupal.app.wiring import ROUTES
from chaupal.governance import webhooks
from chaupal.governance.appeals import appeals, notices
from chaupal.governance.cases import decisions, house, notes, reviews
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.log import opening
from chaupal.governance.orders import documents, statements, steps
from chaupal.governance.orders.documents import Brought
from chaupal.governance.orders.steps import StepForm
from chaupal.governance.people import speakers
from chaupal.governance.report import snapshots
from chaupal.kernel.clock import DAY, HOUR, iso
from chaupal.policy.draft import Draft
from chaupal.store.court import docket, documents as docket_documents, ledger
from chaupal.store.machine.dialect import statement
from letters import letter
from village import Village

IN_LETTER, NAME_OF_LETTER = "MAYURPATRA9001", "mayurnaam9002"
LETTER = letter(f"{IN_LETTER}: the telephone of the officer is 011-2338 1199")
URGENT: dict[str, Any] = {"regime": "IN-69A-EMERG", "role": "secretary", "officer_rank": "Secretary"}


class Markers:
    """A word for each field, found nowhere else: `private["notes"]` is in one note and in nothing that anybody outside may read."""

    def __init__(self, first: int = 1) -> None:
        self.words: dict[str, str] = {}
        self._numbers = itertools.count(first)

    def __call__(self, field: str) -> str:
        """A sentence long enough for a reason, with the field's own word in it."""
        word = self.words.setdefault(field, f"मयूरचिह्न{next(self._numbers):03d}क")
        return f"{word} is written here at some length; the telephone is 011-2338 1199."


async def lived(v: Village, private: Markers, public: Markers) -> None:
    """Every form of the court is filled in once, each of its free texts with a word of its own."""
    court, owner, chitra, dev = v.running.house.court, v.owner.viewer, v.chitra.viewer, v.dev.viewer
    ref = await v.receives(
        v.meera.latest.path,
        checked=False,
        officer=private("officer"),
        grounds=private("grounds"),
        reasons=private("reasons"),
        origin_note=private("verification note"),
        particulars={"signature": private("particulars")},
        letters=[Brought(f"{NAME_OF_LETTER}.pdf", LETTER)],
    )
    private.words |= {"bytes of a letter": IN_LETTER, "name of a letter's file": NAME_OF_LETTER}
    said: dict[str, Any]
    for verb, said in (
        ("acknowledge", {"text": private("acknowledge: text"), "reason": private("acknowledge: reason")}),
        ("check", {"text": private("check: text"), "reason": private("check: reason")}),
        ("verify_origin", {"reason": private("verify_origin")}),
        ("ask", {"text": private("ask")}),
        ("answer", {"text": private("answer")}),
        ("meet", {"text": private("meet")}),
        ("write", {"text": private("write")}),
        ("object", {"text": private("object")}),
        ("challenge", {"body": private("challenge: body"), "reason": private("challenge: reason")}),
        ("stay", {"body": private("stay: body"), "reason": private("stay: reason")}),
        ("end_stay", {"body": private("end_stay: body"), "reason": private("end_stay: reason")}),
        (
            "set_hearing",
            {
                "text": private("set_hearing: text"),
                "reason": private("set_hearing: reason"),
                "until": iso(v.clock() + 3 * DAY),
            },
        ),
    ):
        await steps.take(court, owner, ref, StepForm(verb=verb, **said))
    async with court.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None
        (target,) = await docket.targets_of(reading, order.id)
        (document,) = await docket_documents.of_order(reading, order.id)
    files = v.running.house.square.files
    opened = await documents.open_for_staff(court, files, owner, document.id, private("opened for"))
    assert IN_LETTER.encode() in opened.data
    v.clock.move(3 * DAY + HOUR)
    heard: dict[str, Any] = {"text": private("what was said at the hearing"), "reason": private("hold_hearing: reason")}
    await steps.take(court, owner, ref, StepForm(verb="hold_hearing", **heard))
    for what, of in (("order", order.id), ("case", target.id), ("account", v.meera.id)):
        await notes.add(court, chitra, what, of, private(f"note on a {what}"))
    await decisions.propose(
        court,
        chitra,
        ref,
        1,
        outcome="withhold_post",
        reason=private("sent back"),
        finding=private("finding sent back"),
    )
    await decisions.return_(court, dev, ref, 1, reason=private("why it was sent back"))
    proposed: dict[str, Any] = {
        "outcome": "withhold_post",
        "finding": private("finding"),
        "despite": private("despite"),
    }
    await decisions.propose(court, chitra, ref, 1, reason=public("reason of a measure"), **proposed)
    await decisions.approve(court, dev, ref, 1)
    await v.settle()
    await appealed(v, private)
    lifted = await v.receives(v.ravi.latest.path)
    await decisions.propose(
        court, chitra, lifted, 1, outcome="withhold_post", reason=public("reason of what is lifted")
    )
    await decisions.approve(court, dev, lifted, 1)
    await decisions.lift(court, dev, lifted, 1, reason=public("why it was lifted"))
    returned = await v.receives(v.ravi.latest.path, checked=False, reference_no="9/9", **URGENT)
    await steps.take(
        court,
        owner,
        returned,
        StepForm(
            verb="return_order",
            codes=("unverifiable_origin",),
            reason=private("returned: reason"),
            text=private("returned: letter"),
        ),
    )
    form = MatterForm(
        targets=f"@{v.karl.handle}", rule=court.rules.current(v.clock()).cite(9), grounds=private("grounds of a matter")
    )
    own, _ = await house.sanction(court, owner, form, Draft(outcome="warn", reason=public("reason of a matter")))
    await decisions.approve(court, dev, own, 1)
    await others(v, private, public, ref)
    await stated(v, public, ref)


async def appealed(v: Village, private: Markers) -> None:
    court, author = v.running.house.court, v.meera.viewer
    (strike, *_) = await notices.of_viewer(court, author)
    filed = await appeals.file(court, author, strike.ruling.id, private("appeal"))
    await appeals.say(court, author, filed.id, private("message in an appeal"))
    await appeals.say(court, v.owner.viewer, filed.id, private("what staff wrote in an appeal"))
    typed = appeals.Decision(outcome="upheld", reason=private("decision of an appeal"))
    await appeals.decide(court, v.owner.viewer, filed.id, typed)


async def stated(v: Village, public: Markers, ref: str) -> None:
    """What the house says of an order is public, and so is what the authority replies."""
    court, owner = v.running.house.court, v.owner.viewer
    form = statements.StatementForm(
        slug="our-view",
        title=public("statement: title"),
        title_hi=public("statement: title_hi"),
        body=public("statement: body"),
        body_hi=public("statement: body_hi"),
        orders=ref,
    )
    await statements.publish(court, owner, form)
    whose = str((await v.ministry()).id)
    await statements.enter_reply(court, owner, "our-view", authority=whose, body=public("reply of an authority"))


async def others(v: Village, private: Markers, public: Markers, ref: str) -> None:
    """Reports, protection, doors, looking again, and words that were erased or opened."""
    court, owner = v.running.house.court, v.owner.viewer
    told = await v.api(
        v.asha, "POST", "/api/v1/reports", account_id=str(v.karl.id), comment=private("report"), category="spam"
    )
    assert told.status_code == 200, told.text
    shut = {"ip": "192.0.2.0/24", "severity": "no_access", "comment": private("door")}
    assert (await v.api(v.owner, "POST", "/api/v1/admin/ip_blocks", **shut)).status_code == 200
    form = speakers.SpeakerForm(
        handle=v.ravi.handle, speaker_class="journalist", evidence=private("evidence of a class")
    )
    await speakers.second(court, v.dev.viewer, await speakers.propose(court, v.chitra.viewer, form))
    await reviews.keep(court, v.dev.viewer, ref, 1, reason=public("why it is kept"))
    async with court.work.reading() as reading:
        found = [json.loads(raw) for raw in await ledger.entries(reading, 0, await ledger.size(reading))]
    asked = [n for n, entry in enumerate(found) if entry["t"] == "order"]
    await opening.open_(court, owner, asked[1], ["grounds"], private("why it was opened"))
    await opening.erase(court, v.dev.viewer, asked[0], ["officer"], private("why it was erased"))


def addresses(v: Village, refs: list[str], size: int, people: list[str]) -> Iterator[str]:
    """Everything that anybody may ask for: each public address without a hole, and those about orders, entries, people."""
    plain = {route.path for route in ROUTES if route.public and route.method == "GET" and "{" not in route.path}
    yield from sorted(path for path in plain if "streaming" not in path and path != "/live")  # those two never end
    for ref in refs:
        yield from (f"/orders/{ref}", f"/api/v1/transparency/orders/{ref}")
    yield from (f"/log/{word}/{n}" for n in range(size) for word in ("entry", "openings", "receipt"))
    yield from (f"/governance/log/{n}" for n in range(size))
    yield from (f"/log/tile/entries/000.p/{size}", "/log/checkpoint", "/log/openings/0")
    yield from (f"/api/v1/transparency/tables/T{n}.{end}" for n in range(1, 21) for end in ("csv", "json"))
    yield from (f"/transparency/t{n}" for n in range(1, 21))
    yield from (f"/api/v1/transparency/frozen/2021-02/1/{name}" for name in ("report.json", "T1.csv", "T8.json"))
    yield "/statements/our-view"
    yield from people


def opened(said: str) -> str:
    """The text with whatever is spelled in base64 in it, as disclosures are: nobody need be a machine to read those."""
    found = [said]
    for word in regex.findall(r"[A-Za-z0-9_-]{40,}", said):
        try:
            found.append(urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode())
        except ValueError:
            continue
    return "\n".join(found)


async def test_no_free_text_is_on_a_public_surface_but_what_is_public_by_choice(village: Village):
    v, private, public = village, Markers(), Markers(500)
    court = v.running.house.court
    form = webhooks.WebhookForm(url="https://hooks.example/in", events=tuple(webhooks.EVENTS))
    await webhooks.register(court, v.owner.viewer, form)
    await lived(v, private, public)
    await v.settle()
    v.clock.move(25 * DAY)
    await snapshots.freeze(court, "2021-02")
    async with court.work.reading() as reading:
        refs = [order.ref for order in await docket.orders_below(reading, 2**62, 100)]
        calls = await reading.fetch(statement(text("SELECT event, order_ref, body FROM webhook_calls")))
        size = await ledger.size(reading)
        raw = b"".join(await ledger.entries(reading, 0, size)).decode()
    people = [f"/@{one.handle}" for one in v.cast.values()] + [v.meera.latest.path, v.ravi.latest.path]
    assert len(calls) > 10
    seen, met = {"the log": opened(raw), "webhooks": str([tuple(row) for row in calls])}, set[str]()
    for path in addresses(v, refs, size, people):
        for language in ("hi", "en"):
            answer = await v.client.get(path, headers={"cookie": f"look_as=IN; language={language}"})
            met |= {path} if answer.status_code == 200 else set()
            said = answer.content.decode(errors="replace")  # also of what is no text
            seen[f"{path} ({language})"] = opened(said) if path.startswith(("/log", "/api")) else said
    found = {
        f"{field}: {where}" for where, told in seen.items() for field, word in private.words.items() if word in told
    }
    assert not found, "\n".join(sorted(found)[:30])
    assert len(private.words) > 35 and len(met) > 100
    shown = {field for field, word in public.words.items() if any(word in told for told in seen.values())}
    assert shown == set(public.words), (
        "the words that are public by choice are found, so that the search finds anything"
    )
