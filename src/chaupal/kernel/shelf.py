"""A bounded dictionary for what may be forgotten."""


class Shelf[K, V]:
    """When full, the oldest half goes. Plain on purpose: `items` is read some twenty times a request."""

    __slots__ = ("at_most", "items")

    def __init__(self, at_most: int) -> None:
        self.items: dict[K, V] = {}
        self.at_most = at_most

    def put(self, key: K, value: V) -> None:
        if len(self.items) >= self.at_most:
            for old in list(self.items)[: self.at_most // 2]:
                del self.items[old]
        self.items[key] = value
