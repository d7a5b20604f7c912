"""Judge the square: orders, cases, decisions, notices, appeals and the public log."""
