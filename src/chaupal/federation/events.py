"""What happened between servers: ids and addresses only, to be carried out beside everything else."""

from chaupal.kernel.event import Event


class ActivityArrived(Event, frozen=True):
    """Something that a server said waits for what has to be fetched first. `arrival`: which; that server's wait for one another."""

    server: int
    arrival: int


class ThreadWanted(Event, frozen=True):
    """A post answers one that is not here yet. `uri`: that one's id."""

    post: int
    uri: str


class MediaWanted(Event, frozen=True):
    """A post of another server has pictures that somebody here is likely to look at."""

    server: int
    post: int


class MediaUnwanted(Event, frozen=True):
    """Files of a server's people are kept here no longer."""

    server: int


class ThreadSeen(Event, frozen=True):
    """Somebody of ours looks at a conversation that is another server's. `uri`: the post's id there."""

    post: int
    uri: str


class PersonMet(Event, frozen=True):
    """Somebody of another server is of interest to somebody here: what they keep at the top of their profile is to be looked up."""

    account: int


# What asks something of another server, and is carried out beside everything else.
GATHERING = (ActivityArrived, ThreadWanted, ThreadSeen, PersonMet, MediaWanted, MediaUnwanted)
