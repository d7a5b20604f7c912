"""The public record, orders by program, and what was decided about oneself."""
