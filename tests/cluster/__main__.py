"""`make cluster`: a cluster with nobody in it, until Ctrl-C; says where everything is."""

import argparse
import contextlib
import signal

from cluster.cluster import Cluster
from services import die_with_parent

WORKERS = 2


def end_by_signals() -> None:
    """SIGTERM and the end of whoever started us end all of it, as Ctrl-C does."""
    for how in (signal.SIGTERM, signal.SIGINT):
        signal.signal(how, signal.default_int_handler)
    die_with_parent(signal.SIGTERM)


def main() -> None:
    words = argparse.ArgumentParser(prog="make cluster")
    words.add_argument("--servers", type=int, default=3)
    words.add_argument("--workers", type=int, default=WORKERS)
    asked = words.parse_args()
    end_by_signals()
    with contextlib.suppress(KeyboardInterrupt), Cluster(servers=asked.servers, workers=asked.workers) as cluster:
        print(f"{cluster.url} (folder {cluster.folder})", flush=True)
        for number, _ in enumerate(cluster.servers):
            print(f"  server {number + 1}: {cluster.server_url(number)}")
        print(f"  PostgreSQL: port {cluster.primary.port}, standby {cluster.standby.port}, pool {cluster.pool_port}")
        print(f"  Valkey: {cluster.valkey_url}\nCtrl-C ends it.", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
