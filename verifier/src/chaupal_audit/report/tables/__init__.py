"""The tables of the report, a file for each part of the record, and how a table is declared."""
