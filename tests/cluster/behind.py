"""A cluster of two as the tests of clients know a server: every request goes to either, at random, through the balancer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cluster.cluster import Cluster, spelled
from serving import Served


@dataclass
class Behind(Served):
    """`settings.origin` is the balancer's; commands run past it, beside the servers."""

    cluster: Cluster | None = None

    @property
    def log(self) -> Path:
        """Of the first server."""
        assert self.cluster is not None
        return self.cluster.servers[0].log

    def start(self) -> float:
        assert self.cluster is not None
        took = sum(server.start() for server in self.cluster.servers)
        return took + self.cluster.balancer.wait()  # it has seen that they are back

    def stop(self) -> None:
        assert self.cluster is not None
        for server in self.cluster.servers:
            server.stop()

    def alive(self) -> bool:
        return self.cluster is not None and all(server.alive() for server in self.cluster.servers)


@contextmanager
def behind(**settings: object) -> Iterator[Behind]:
    """Two servers and a worker behind a balancer."""
    with Cluster(servers=2, workers=1, standby=False, replica=False, **settings) as cluster:
        direct = cluster.settings
        environ = spelled(cluster.given("server1") | {"database": direct.database})
        yield Behind(direct, environ=environ, cluster=cluster)
