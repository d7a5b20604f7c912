"""The rooms of the house by row, for the map and for the test that holds the arrows between them."""

ROWS = (
    ("kernel", "text"),
    ("policy",),
    ("store", "ports"),
    ("social", "governance", "reads"),
    ("federation",),
    ("http",),
    ("api", "web", "fanout"),
    ("app",),
)
ROW_OF = {room: row for row, rooms in enumerate(ROWS) for room in rooms}

# api and web ask social, governance and reads; memory is not theirs to touch.
OUT_OF_REACH = {("api", "store"), ("api", "ports"), ("web", "store"), ("web", "ports")}


def is_form(module: str) -> bool:
    """Whether a module of `ports` is a port's form (`files_s3`) and not the port itself (`files`): composition alone chooses one."""
    return "_" in module


# Folders beside the rooms that hold no code of ours.
NOT_ROOMS = {"__pycache__", "assets", "py.typed", "__init__.py", "__main__.py"}

# Below all rows, and beside the house: the log and its verifier, which strangers install without a server. Every room may import
# it; it imports nothing of ours.
VERIFIER = "chaupal_audit"
