"""A log from outside: what its entries say, fetched, copied, and counted anew from the leaves."""
