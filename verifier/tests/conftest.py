"""Settings for every test of the verifier: none of them needs a server, a database or a network."""

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("dev", deadline=None)
settings.load_profile("dev")
