"""Pages of the public record, of decisions about oneself, and of authorities."""
