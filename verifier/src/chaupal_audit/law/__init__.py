"""What is judged by: measures, roles, the steps of an order, and the files of law that a log cites by their hash."""
