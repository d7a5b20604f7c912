"""Which Chaupal this is. As in pyproject.toml, to which a test holds it: asking the installed package takes a start four milliseconds."""

VERSION = "0.1.0"
