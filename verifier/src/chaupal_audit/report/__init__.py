"""The public report, counted from facts: tables, figures, filters, and what is too few to be told."""
