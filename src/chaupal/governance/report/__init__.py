"""The transparency report: a pure fold over log entries, so that whoever has the log has the report. Without the store."""
