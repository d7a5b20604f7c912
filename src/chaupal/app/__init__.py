"""Composition: wiring, server, worker, command line and the village. Nobody imports it."""
