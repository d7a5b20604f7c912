"""A first visit and the first minutes of a new member: the front, the link of the mail, three steps, a home that is never empty."""

import httpx2
import pytest
import regex

import measures
from chaupal.policy.rulings import Measure
from mails import mails_of, secret_in
from village import Village, VillagePost

PASSWORD = "sarson ke khet mein"


def articles(page: str) -> list[str]:
    return page.split("<article")[1:]


def heading(page: str) -> str:
    return regex.search(r"<h1>(.*?)</h1>", page, regex.DOTALL)[1]


async def withheld(v: Village) -> tuple[VillagePost, str]:
    """A post that is withheld in India, with newer ones after it; and the order's reference."""
    said = await v.says(v.asha, "गन्ने का भाव छुपाया गया", language="hi")
    ref = await v.withhold(post=said, by=v.chitra, second=v.dev)
    for text in ("एक", "दो", "तीन", "चार"):
        await v.says(v.ravi, f"आज की बात {text}", language="hi")
    return said, ref


# --- signed out ---


async def test_a_first_visitor_reads_the_sentence_and_posts_at_once_one_of_them_withheld_with_its_notice(
    village: Village,
):
    v = village
    said, ref = await withheld(v)
    page = await v.page_as("IN", "/")
    first = articles(page)[:3]
    gaps = [one for one in first if 'class="gap"' in one]
    assert len(gaps) == 1 and f'id="p{said.id}"' in gaps[0] and "सूचना मंत्रालय" in gaps[0]
    assert "गन्ने का भाव" not in page
    assert "/orders/" in gaps[0] and "/about#appeal" in gaps[0]
    top = page.partition('<section class="welcome">')[2].partition("</section>")[0]
    assert heading(page).startswith("ऐसी चौपाल") and top.count('class="button') == 2
    assert page.index('class="welcome"') < page.index('class="chips narrow-only"') < page.index("<article")
    abroad = await v.page_as("DE", "/")
    assert 'class="gap"' not in abroad and "गन्ने का भाव" in abroad
    await v.lift(ref, by=v.chitra)
    again = await v.page_as("IN", "/")
    assert 'class="gap"' not in again and "गन्ने का भाव" in again


async def test_the_withheld_one_stands_on_the_first_page_of_the_front_and_in_no_list(village: Village):
    v = village
    said, _ = await withheld(v)
    assert f'id="p{said.id}"' not in await v.page_as("IN", f"/?max_id={v.ravi.latest.id}")
    for path in ("/public", "/public/hi", "/api/v1/timelines/public"):
        assert str(said.id) not in await v.page_as("IN", path)


@pytest.mark.parametrize(("visibility", "neutral"), [(1, 0), (2, 0), (0, 1)])
async def test_what_is_not_for_everybody_or_gagged_is_no_example(village: Village, visibility: int, neutral: int):
    v = village
    said = await v.says(v.asha, "गन्ने का भाव छुपाया गया", visibility=visibility)
    await measures.insert(v, Measure.WITHHOLD_POST, said.id, territory="IN", neutral=neutral)
    page = await v.page_as("IN", "/")
    assert str(said.id) not in page and 'class="gap"' not in page


async def test_an_answer_is_no_example(village: Village):
    v = village
    said = await v.says(v.meera, "गन्ने का भाव छुपाया गया", reply_to=v.asha.latest.id)
    await measures.insert(v, Measure.WITHHOLD_POST, said.id, territory="IN")
    assert str(said.id) not in await v.page_as("IN", "/")


async def test_the_front_asks_for_languages_once_and_folded(village: Village):
    page = await village.page_as("IN", "/")
    assert page.count('<details class="tongue-strip">') == 1 and page.count('name="languages[]" value="hi"') == 1
    assert 'class="tongue-strip"' not in await village.page_as("IN", "/", village.asha), (
        "who has an account has settings"
    )


# --- the link of the mail ---


class Newcomer:
    """A browser in which somebody joins."""

    def __init__(self, v: Village, handle: str = "naya") -> None:
        self.v, self.handle = v, handle
        transport = httpx2.ASGITransport(app=v.running.app)
        self.client = httpx2.AsyncClient(transport=transport, base_url=v.running.house.settings.origin)
        self.client.cookies.set("language", "hi")

    async def press(self, form: str, to: str, **typed: str) -> httpx2.Response:
        page = (await self.client.get(form)).text
        word = regex.search(r'name="csrf" value="([^"]+)"', page)[1]
        answer = await self.client.post(to, data={"csrf": word, **typed})
        await self.v.settle()
        return answer

    async def join(self) -> str:
        """The secret of the link in the mail."""
        typed = {"handle": self.handle, "email": f"{self.handle}@gaanv.example", "password": PASSWORD}
        answer = await self.press("/signup", "/signup", **typed)
        assert answer.headers["location"] == "/welcome"
        return secret_in(mails_of(self.v.running)[-1], "confirm")

    async def confirm(self, secret: str) -> httpx2.Response:
        return await self.press(f"/confirm/{secret}", f"/confirm/{secret}")


async def test_after_confirmation_there_are_three_steps_languages_people_with_reasons_and_a_first_post(
    village: Village,
):
    v = village
    new = Newcomer(v)
    opened = await new.confirm(await new.join())
    assert opened.headers["location"] == "/welcome/languages"
    first = (await new.client.get("/welcome/languages")).text
    assert regex.search(r'value="hi" checked', first) and 'name="next" value="/welcome/people"' in first
    chosen = await new.press("/welcome/languages", "/languages", **{"languages[]": "hi", "next": "/welcome/people"})
    assert chosen.headers["location"] == "/welcome/people"
    second = (await new.client.get("/welcome/people")).text
    people = second.split('<div class="person"')[1:]
    assert len(people) == 5 and "बहुत लोगों के फ़ॉलो किए हुए" not in second, "nobody has ten followers here"
    for one in people:
        assert '<p class="soft small" dir="auto">' in one and "/follow" in one
    assert 'href="/welcome/post"' in second
    followed = await new.press("/welcome/people", f"/people/{v.asha.id}/follow", next="/welcome/people")
    assert followed.headers["location"] == "/welcome/people"
    assert 'href="/@asha"' not in (await new.client.get("/welcome/people")).text.partition("<main")[2]
    third = (await new.client.get("/welcome/post")).text
    assert "<textarea" in third and 'href="/"' in third.partition("<main")[2].partition("</main>")[0]
    said = await new.press("/welcome/post", "/compose", text="राम राम, पहली बार आए हैं", next="/", visibility="public")
    assert said.status_code == 303
    home = (await new.client.get("/")).text
    assert "पहली बार आए हैं" in home and v.asha.latest.text[:12] in home


async def test_a_mistyped_address_is_put_right_and_no_link_that_went_to_it_opens_anything(village: Village):
    new = Newcomer(village)
    stray = await new.join()
    assert "“mail”" in (await new.client.get("/welcome")).text, "in the village nothing is sent: where it lies is said"
    wrong = await new.press("/welcome", "/welcome", email="nobody@")
    assert wrong.status_code == 422 and 'id="email-error"' in wrong.text and "nobody@" in wrong.text
    taken = await new.press("/welcome", "/welcome", email="asha@gaanv.example")
    assert taken.status_code == 422
    right = await new.press("/welcome", "/welcome", email="right@gaanv.example")
    assert right.status_code == 200 and "right@gaanv.example" in right.text
    assert (await new.client.get(f"/confirm/{stray}")).status_code == 404
    sent = mails_of(village.running)[-1]
    assert (await new.confirm(secret_in(sent, "confirm"))).headers["location"] == "/welcome/languages"


async def test_whoever_confirms_in_another_browser_logs_in_and_then_takes_the_steps(village: Village):
    new, other = Newcomer(village), Newcomer(village)
    page = (await other.confirm(await new.join())).text
    assert heading(page) == "आपका खाता खुल गया है" and 'href="/login?next=/welcome"' in page
    assert (await new.client.get("/welcome")).headers["location"] == "/welcome/languages"
    await new.press("/welcome/languages", "/languages", **{"languages[]": "hi"})
    assert (await new.client.get("/welcome")).headers["location"] == "/", "once"


async def test_a_used_confirmation_link_of_somebody_logged_in_says_that_the_address_is_confirmed(village: Village):
    new = Newcomer(village)
    secret = await new.join()
    asked = (await new.client.get(f"/confirm/{secret}")).text
    assert heading(asked) == "अपने ईमेल पते की पुष्टि करें"
    await new.confirm(secret)
    for again in (await new.client.get(f"/confirm/{secret}"), await new.confirm(secret)):
        assert again.status_code == 200 and heading(again.text) == "आपके पते की पुष्टि हो गई है"
        assert "/login" not in again.text.partition("<main")[2].partition("</main>")[0]
    stranger = await Newcomer(village).client.get(f"/confirm/{secret}")
    assert stranger.status_code == 404 and heading(stranger.text) == "यह लिंक अब काम नहीं करता"
    assert "/login?next=/welcome" in stranger.text


async def test_a_dead_link_of_somebody_logged_in_and_unconfirmed_leads_to_a_new_one(village: Village):
    new = Newcomer(village)
    await new.join()
    dead = await new.client.get("/confirm/neverwas")
    main = dead.text.partition("<main")[2].partition("</main>")[0]
    assert dead.status_code == 404 and 'href="/welcome"' in main and "/login" not in main


# --- home ---


async def test_a_home_is_never_empty_but_shows_people_with_reasons_and_the_square(village: Village):
    v = village
    naya = await v.joins("naya", "नया")
    page = await v.page_as("IN", "/", naya)
    main = page.partition("<main")[2].partition("</main>")[0]
    assert main.count('<div class="person"') == 5 and "tongue-strip" not in main
    assert v.asha.latest.text[:12] in main and v.karl.latest.text[:12] in main
    for whom in (v.asha, v.ravi, v.meera):
        await v.follows(naya, whom)
    for n in range(5):
        await v.says(v.asha, f"सरसों {n}")
    full = (await v.page_as("IN", "/", naya)).partition("<main")[2].partition("</main>")[0]
    assert '<div class="person"' not in full and v.karl.latest.text[:12] not in full


async def test_a_home_in_which_somebody_spoke_is_not_filled_with_strangers_but_offers_people(village: Village):
    v = village
    naya = await v.joins("naya", "नया")
    await v.follows(naya, v.asha)
    main = (await v.page_as("IN", "/", naya)).partition("<main")[2].partition("</main>")[0]
    assert main.count(f'id="p{v.asha.latest.id}"') == 1 and v.karl.latest.text[:12] not in main
    assert '<div class="person"' in main and 'href="/@asha"' not in main.partition('<div class="person"')[2]


async def test_what_one_said_oneself_does_not_fill_a_home(village: Village):
    v = village
    naya = await v.joins("naya", "नया")
    mine = await v.says(naya, "राम राम")
    page = await v.page_as("IN", "/", naya)
    assert page.count(f'id="p{mine.id}"') == 1 and v.karl.latest.text[:12] in page
