"""Who says it: signatures on requests of HTTP, made and held against keys; keys, ours and theirs."""
