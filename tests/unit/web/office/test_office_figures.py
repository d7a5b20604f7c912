"""The office's page of numbers: drawn and as a table, the same that the API tells, for staff alone and in both languages."""

from village import Village, Villager


def cookie(who: Villager, language: str) -> dict[str, str]:
    return {"cookie": f"chaupal={who.cookie}; language={language}"}


async def test_staff_see_what_was_said_by_how_many_and_who_stayed(village: Village):
    v = village
    for language, posts, month in (("en", "Posts", "February"), ("hi", "पोस्ट", "फ़रवरी")):
        page = await v.client.get("/office/figures?days=7", headers=cookie(v.chitra, language))
        assert page.status_code == 200 and posts in page.text and f'<th scope="row">{month} 2021</th>' in page.text
        assert page.text.count("<polyline") >= 3 and f"4 {month} 2021" in page.text and f"10 {month} 2021" in page.text
    assert (await v.client.get("/office/figures", headers=cookie(v.asha, "en"))).status_code in (403, 404)
    assert (await v.client.get("/office/figures?days=5", headers=cookie(v.chitra, "en"))).status_code in (400, 422)


async def test_no_words_and_no_names_of_people_are_among_the_numbers(village: Village):
    v = village
    page = (await v.client.get("/office/figures", headers=cookie(v.chitra, "en"))).text.partition("<main")[2]
    for who in (v.asha, v.ravi, v.karl):
        assert who.handle not in page and who.name not in page and who.latest.text not in page
