"""Clients are told the house's own rules, by the numbers that reports and sanctions cite."""

from village import Village


async def test_the_rules_in_force_are_told_in_both_languages(village: Village):
    court = village.running.house.court
    book = court.rules.current(court.clock())
    told = (await village.look("IN", "/api/v1/instance/rules")).json()
    assert [(rule["id"], rule["text"], rule["translations"]["hi"]["text"]) for rule in told] == [
        (str(rule.id), rule.text.en, rule.text.hi) for rule in book.rules
    ]
    assert (await village.look("IN", "/api/v2/instance")).json()["rules"] == told
    assert (await village.look("IN", "/api/v1/instance")).json()["rules"] == told
