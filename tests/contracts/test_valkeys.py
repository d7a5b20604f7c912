"""The Valkeys that tests are given are what an operator has: new enough, and failed over by Sentinels."""

from valkeys import Valkey, Watched
from waiting import eventually


def test_it_is_new_enough_and_empty(shared_valkey: Valkey, valkey_url: str):
    assert valkey_url == shared_valkey.url
    assert int(shared_valkey.ask("INFO", "server")["valkey_version"].partition(".")[0]) >= 8
    assert shared_valkey.ask("DBSIZE") == 0


def test_one_that_was_killed_begins_anew_with_nothing(own_valkey: Valkey):
    own_valkey.ask("SET", "tree", "नीम")
    own_valkey.kill()
    own_valkey.start()
    assert own_valkey.ask("GET", "tree") is None


def test_when_the_first_is_lost_the_replica_takes_its_place(watched_valkeys: Watched):
    watched_valkeys.main.kill()
    eventually(lambda: watched_valkeys.replica.ask("ROLE")[0] == "master", "somebody who takes over")
