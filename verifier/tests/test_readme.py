"""The README is true: its options are the program's, its policy is one, and what it imports is there."""

import importlib
import re
from pathlib import Path

from chaupal_audit import tlog
from chaupal_audit.cli import audit

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_every_option_that_is_named_is_one_of_the_program():
    known = {word for option in audit.params for word in option.opts}
    named = set(re.findall(r"--[a-z][a-z-]+", README))
    assert len(named) > 6 and named <= known


def test_the_list_of_witnesses_is_a_policy_of_two_in_three():
    [text] = re.findall(r"```\n(log the\.server.+?)```", README, re.DOTALL)
    keys = (tlog.Cosigner.from_seed(f"{n}.example/witness", bytes([n] * 32)).public for n in range(1, 4))
    text = re.sub(r"\S+/witness\+…\+…", lambda _: str(next(keys)), text)
    log = tlog.SigningKey.from_seed("the.server/log", bytes(32)).public
    policy = tlog.parse_policy(text.replace("the.server/log+…+…", str(log)))
    assert policy.key == str(log)
    assert (len(policy.witnesses), policy.least) == (3, 2)


def test_what_it_imports_is_there():
    for module, names in re.findall(r"^from (chaupal_audit\S*) import (.+)$", README, re.MULTILINE):
        assert all(hasattr(importlib.import_module(module), name) for name in names.split(", "))
