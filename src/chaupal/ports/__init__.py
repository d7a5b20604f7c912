"""The places where one machine becomes many: a protocol, with its embedded and its distributed form beside it."""
