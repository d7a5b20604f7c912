"""The public log: what is written, signed, opened and verified."""
