"""What the lines of an order name, on both databases: found, not found, posing as another, named twice."""

import pytest

import others
from chaupal.governance.orders import intake
from chaupal.governance.orders.order_forms import OrderForm
from chaupal.governance.orders.resolving import LineFault, Resolved, resolve
from chaupal.governance.people import lookalikes
from neighbours import PRIVATE, Street

ORIGIN = "https://chaupal.example"


async def resolved(street: Street, *lines: str) -> list[Resolved]:
    async with street.work.reading() as reading:
        return await resolve(reading, ORIGIN, lines)


async def test_addresses_handles_and_tags_are_found_however_they_are_written(street: Street):
    asha = await street.person("asha")
    post = await street.say(asha, "सरसों")
    found = await resolved(
        street,
        "@asha",
        f"https://chaupal.example/@Asha/{post}",
        "#किसान_आन्दोलन",
        "/tags/Delhi",
        "asha@chaupal.example",
        f"chaupal.example/@asha/{post}?lang=hi",
        "https://CHAUPAL.example/tags/%23nope",
        "#किसान_आन्\u200dदोलन",
        "#किसान_आन्दोल\u0928\u093c",
        "#किसान_आन्दोल\u0929",
        "https://chaupal.example./@asha",
    )
    assert [(one.kind, one.subject, one.owner) for one in found[:4]] == [
        ("account", asha, asha),
        ("post", post, asha),
        ("tag", 0, None),
        ("tag", 0, None),
    ]
    assert found[2].term == "किसानआंदोलन" and found[3].term == "delhi"
    assert [(one.wrong, one.first) for one in found[4:]] == [
        (LineFault.TWICE, 0),
        (LineFault.TWICE, 1),
        (LineFault.NO_NAME, None),
        (LineFault.TWICE, 2),  # the same word, as another keyboard writes it
        (LineFault.NOTHING, None),
        (LineFault.TWICE, 8),
        (LineFault.TWICE, 0),
    ]


@pytest.mark.parametrize(
    ("line", "name", "measure"),
    [
        ("२. https://chaupal.example/@asha/12 ,", "https://chaupal.example/@asha/12", ""),
        ("(३) @asha", "@asha", ""),
        ("4.https://chaupal.example/@asha।", "https://chaupal.example/@asha", ""),
        ("12\t#किसान_आंदोलन\tdeamplify;", "#किसान_आंदोलन", "deamplify"),
        ("•\u00a0<https://chaupal.example/@asha>", "https://chaupal.example/@asha", ""),
        ("“chaupal.example/@asha”", "chaupal.example/@asha", ""),
        ("1234 withhold_account", "1234", "withhold_account"),
        ("4.@asha", "@asha", ""),
        ("7)/@asha/12", "/@asha/12", ""),
        ("४)@asha withhold_account", "@asha", "withhold_account"),
        ("4:@asha@elsewhere.example", "@asha@elsewhere.example", ""),
        ("(5)#किसान_आंदोलन", "#किसान_आंदोलन", ""),
        ("2021@elsewhere.example", "2021@elsewhere.example", ""),
        ("10.0.0.1/@asha", "10.0.0.1/@asha", ""),
        ("https://elsewhere.example/a_(b)", "https://elsewhere.example/a_(b)", ""),
        (", ;", ", ;", ""),
    ],
)
def test_what_a_letters_list_has_around_a_name_is_no_part_of_it(line: str, name: str, measure: str):
    form = intake.split_demands(OrderForm(targets=f"\n{line}\n@ravi"))
    assert (form.targets, form.demanded) == (f"{name}\n@ravi", (measure, "") if measure else ())


async def test_a_post_under_another_name_is_not_found_and_a_private_one_is_not_public(street: Street):
    asha, _ = await street.people("asha", "ravi")
    post = await street.say(asha, "खेत", visibility=PRIVATE)
    under, own = await resolved(street, f"/@ravi/{post}", f"/@asha/{post}")
    assert (under.wrong, under.subject) == (LineFault.NOT_FOUND, None)
    assert (own.wrong, own.subject, own.public) == (LineFault.NOTHING, post, False)


@pytest.mark.parametrize(
    ("line", "wrong", "like"),
    [
        ("@аsha", LineFault.POSED_HANDLE, "asha"),  # a Cyrillic а
        ("@ａｓｈａ", LineFault.POSED_HANDLE, "asha"),
        ("@as\u200bha", LineFault.UNREADABLE, ""),
        ("@asha_", LineFault.NOT_FOUND, "asha"),
        ("@moharn", LineFault.NOT_FOUND, "moham"),
        ("@Iokesh", LineFault.NOT_FOUND, "lokesh"),
        ("@nobody", LineFault.NOT_FOUND, ""),
        ("https://elsewhere.example/@asha", LineFault.FOREIGN, ""),
        ("https://twitter.com/asha", LineFault.FOREIGN, ""),
        ("https://chaupa1.example/@asha", LineFault.POSED_DOMAIN, "chaupal.example"),
        ("https://сhaupal.example/@asha", LineFault.POSED_DOMAIN, "chaupal.example"),
        ("https://xn--haupal-hrf.example/@asha", LineFault.POSED_DOMAIN, "chaupal.example"),
        ("https://chaupal.example.evil.net/@asha", LineFault.POSED_DOMAIN, "chaupal.example"),
        ("asha@chaupa1.example", LineFault.POSED_DOMAIN, "chaupal.example"),
        ("javascript://chaupal.example/@asha", LineFault.NO_NAME, ""),
        ("http://[::1/@asha", LineFault.NO_NAME, ""),
        ("https://chaupal.example:99999/@asha", LineFault.NO_NAME, ""),
        ("/@asha/99999999999999999999", LineFault.NO_NAME, ""),
        ("/@asha/9223372036854775808", LineFault.NOT_FOUND, ""),
        ("/media/12", LineFault.NOT_FOUND, ""),
        ("#", LineFault.NO_NAME, ""),
        ("two words", LineFault.NO_NAME, ""),
        ("/@asha हटाएँ", LineFault.MORE, ""),
        ("https://chaupal.example/@asha/1 https://chaupal.example/@asha/2", LineFault.MORE, ""),
        ("@" + "x" * 600, LineFault.UNREADABLE, ""),
    ],
)
async def test_what_cannot_be_taken_says_why_and_what_it_looks_like(
    street: Street, line: str, wrong: LineFault, like: str
):
    await street.people("asha", "moham", "lokesh")
    (one,) = await resolved(street, line)
    assert (one.wrong, one.like) == (wrong, like)
    assert one.subject is None and one.says


async def test_a_handle_that_exists_says_that_another_looks_like_it(street: Street):
    await street.people("kisan_ekta", "kisan_ekta_")
    (one,) = await resolved(street, "@kisan_ekta")
    assert (one.wrong, one.like) == (LineFault.NOTHING, "kisan_ekta_")


async def test_thousands_of_lines_take_a_few_looks(street: Street, monkeypatch: pytest.MonkeyPatch):
    ids = await street.people(*(f"person{n}" for n in range(40)))
    async with street.work.reading() as reading:
        looks: list[object] = []
        fetch = reading.fetch

        async def counted(stmt: object, /, **params: object) -> object:
            looks.append(stmt)
            return await fetch(stmt, **params)

        monkeypatch.setattr(reading, "fetch", counted)
        found = await resolve(reading, ORIGIN, [f"@person{n}" for n in range(5_000)])
    assert [one.subject for one in found[:40]] == ids
    assert {one.wrong for one in found[40:]} == {LineFault.NOT_FOUND}
    assert len(looks) <= 3


@pytest.mark.parametrize(
    ("host", "poses"),
    [
        ("meity.gov.in", False),
        ("www.example.org", False),
        ("meity.gov.in.evil.net", True),
        ("rneity.gov.in", True),
        ("meity-gov-in.com", True),
        ("mеity.gov.in", True),
        ("meity.gov.co", False),
        ("meitty.gov.in", True),
        ("miety.gov.in", True),
        ("login.meity.gov.in", False),
        ("loginmeity.gov.in", True),
    ],
)
def test_domains_that_pose_as_another(host: str, poses: bool):
    assert lookalikes.poses_as_domain(host, "meity.gov.in") is poses


def test_a_mail_comes_from_its_domain_or_below():
    assert lookalikes.comes_from("Cyber Cell <do@dot.meity.gov.in>", "meity.gov.in")
    assert not lookalikes.comes_from("do@evilmeity.gov.in", "meity.gov.in")
    assert not lookalikes.comes_from("nobody", "") and not lookalikes.comes_from("a@", "")


# --- of other servers ---


async def test_what_is_on_another_server_is_named_by_its_address_or_its_handle_and_found_where_it_is_known_here(
    street: Street,
):
    moham = await others.met(street, "moham@other.example")
    post = await others.said(street, moham, number=7)
    found = await resolved(
        street,
        "@Moham@other.example",
        "https://other.example/users/moham/statuses/7",
        "https://other.example/@moham/9",
        "moham@elsewhere.example",
    )
    assert [(one.kind, one.subject, one.owner, one.public) for one in found[:2]] == [
        ("account", moham, moham, True),
        ("post", post, moham, True),
    ]
    assert [one.wrong for one in found[2:]] == [LineFault.FOREIGN, LineFault.FOREIGN]


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("@moham@other.example", "https://other.example/users/moham"),
        ("https://other.example/@moham", "moham@OTHER.example"),
        ("https://other.example/users/moham/statuses/7", "https://other.example/@moham/7"),
        ("other.example/@moham/7", "https://other.example/@moham/7#reply"),
        ("/@moham@other.example", "@moham@other.example"),
    ],
)
async def test_two_addresses_of_one_thing_there_are_named_twice(street: Street, first: str, again: str):
    await others.said(street, await others.met(street, "moham@other.example"), number=7)
    one, other = await resolved(street, first, again)
    assert (one.wrong, other.wrong, other.first) == (LineFault.NOTHING, LineFault.TWICE, 0)


async def test_a_private_post_from_another_server_is_unseen_and_its_two_addresses_do_not_betray_it(street: Street):
    await others.said(street, await others.met(street), visibility=PRIVATE, number=7)
    one, other = await resolved(
        street, "https://other.example/users/moham/statuses/7", "https://other.example/@moham/7"
    )
    assert one.unseen and other.unseen and (one.wrong, other.wrong) == (LineFault.NOTHING, LineFault.NOTHING)


async def test_somebody_there_on_a_server_that_looks_like_ours_is_found_and_whoever_takes_it_in_is_warned(
    street: Street,
):
    asha = await others.met(street, "asha@chaupa1.example")
    (one,) = await resolved(street, "@asha@chaupa1.example")
    assert (one.subject, one.wrong, one.like) == (asha, LineFault.NOTHING, "chaupal.example")


async def test_on_one_machine_an_address_with_another_port_is_anothers_where_it_is_not_ours(street: Street):
    """Several servers stand on one machine in tests; a village is looked at by any of its names."""
    asha = await street.person("asha")
    post = await street.say(asha, "सरसों")
    moham = await others.met(street, "moham@127.0.0.1:8002", at="http://127.0.0.1:8002")
    async with street.work.reading() as reading:
        found = await resolve(
            reading,
            "http://127.0.0.1:8001",
            [
                f"http://localhost:8000/@asha/{post}",
                "http://127.0.0.1:8002/users/moham",
                "@moham@127.0.0.1:8002",
                "asha@127.0.0.1:8001",
                "http://127.0.0.1:8002/@asha/7",
                "http://127.0.0.1:8002/notes/7",
            ],
        )
    assert [one.subject for one in found[:4]] == [post, moham, moham, asha]
    assert [one.wrong for one in found[4:]] == [LineFault.FOREIGN, LineFault.FOREIGN]


async def test_a_name_at_another_port_of_this_machine_is_never_taken_for_ours(street: Street):
    lena = await street.person("lena")
    async with street.work.reading() as reading:
        found = await resolve(
            reading,
            "http://localhost:8000",
            [
                "@lena@localhost:8001",
                "lena@127.0.0.1:8001",
                "@lena@localhost:8000",
                "lena@127.0.0.1:8000",
                "@lena@localhost",
            ],
        )
    assert [(one.wrong, one.subject) for one in found[:2]] == [(LineFault.FOREIGN, None)] * 2
    assert {one.subject for one in found[2:]} == {lena}
