"""The court at its pages, beside a browser: an order taken in, proposed by one of the staff and approved by another."""

from collections.abc import Generator
from contextlib import contextmanager

import httpx2
import regex

from serving import Served
from waiting import PATIENCE

DESPITE = "कार्यालय ने फ़ोन पर हर बात की पुष्टि की है; हस्ताक्षरित प्रति डाक से आ रही है।"
REASON = "इस पोस्ट में लोगों को मारने की बात कही गई है।"


def withhold(village: Served, path: str, reference: str, outcome: str = "withhold_post", **more: str) -> str:
    """The reference of an order by which the post at `path` is withheld in India from now on.

    `outcome`, `more`: another decision, and what else it is written with.
    """
    with at_desk(village, "imran") as clerk:
        form = clerk.get("/office/orders/new").text
        # Of several one is chosen by name first; the only one stands in the form.
        several = regex.search(r'new\?authority=(\d+)"><b><bdi>[^<]*(?:Ministry of Information|सूचना मंत्रालय)', form)
        issuer = several or regex.search(r'name="authority" value="(\d+)"', form)
        assert issuer, form
        taken = press(
            clerk,
            "/office/orders",
            act="file",
            authority=issuer[1],
            regime="IN-69A",
            role="designated_officer",
            officer="S. Verma",
            officer_rank="Joint Secretary",
            reference_no=reference,
            legal_basis="IT Act, s. 69A / आईटी अधिनियम, धारा 69A",
            grounds="public order",
            territory="IN",
            dated="2021-02-04",
            targets=path,
            origin_note="The office confirmed it on the telephone.",
            **{"bases[]": "public_order"},
        )
    ref = taken.url.path.rpartition("/")[2]
    with at_desk(village, "chitra") as first:
        press(first, f"/office/orders/{ref}/step", verb="check")
        press(first, f"/office/orders/{ref}/1/propose", outcome=outcome, reason=REASON, despite=DESPITE, **more)
    with at_desk(village, "dev") as second:
        press(second, f"/office/orders/{ref}/1/approve")
    return ref


@contextmanager
def at_desk(village: Served, handle: str) -> Generator[httpx2.Client]:
    """The pages as somebody of the cast, without a browser; and without the certificates of the world, which take long to read."""
    with httpx2.Client(base_url=village.url, follow_redirects=True, timeout=PATIENCE, verify=False) as client:
        press(client, "/village/login", handle=handle)
        yield client


def press(client: httpx2.Client, path: str, **typed: str) -> httpx2.Response:
    """The page that comes when a form is sent. Fails with what is wrong where it is not taken."""
    page = client.get("/about").text
    word = page.partition('name="csrf" value="')[2].partition('"')[0]
    answer = client.post(path, data={"csrf": word, **typed})
    assert answer.status_code == 200, (
        path,
        answer.status_code,
        regex.findall(r'class="(?:error|said wrong)[^>]*>([^<]+)', answer.text),
    )
    return answer
