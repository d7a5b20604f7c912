"""Rows of orders, cases, rulings, the log and what else the court keeps."""
