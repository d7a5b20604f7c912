"""Events: what happened, in the past tense; written in the same commit as the change, handled at least once."""

from typing import Any, ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened. Carries ids, never bodies, so that a ruling is obeyed at the next glance."""

    kinds: ClassVar[dict[str, type["Event"]]] = {}
    lasting: ClassVar[bool] = True  # False: heard at the commit by whoever listens then, and not kept in the outbox
    shared: ClassVar[bool] = True  # False: words are in it, and nobody but whoever carries it out has to do with it

    @property
    def concerns(self) -> object:
        """What it is about: events about one thing are carried out in their order, others beside each other. The first field,
        where an event does not say otherwise."""
        return getattr(self, self.__struct_fields__[0])

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        Event.kinds[cls.__name__] = cls


def encode_event(event: Event) -> tuple[str, str]:
    """(name, JSON) for the outbox."""
    return type(event).__name__, msgspec.json.encode(event).decode()


def decode_event(name: str, body: str) -> Event | None:
    """The event back, or None for a name this version does not know (a newer server wrote it)."""
    kind = Event.kinds.get(name)
    return None if kind is None else msgspec.json.decode(body, type=kind)
