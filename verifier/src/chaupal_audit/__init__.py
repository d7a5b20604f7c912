"""The public log of a Chaupal server and its verifier: formats, laws and rules, and nothing of a server."""
