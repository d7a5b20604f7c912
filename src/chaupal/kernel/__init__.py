"""Words every room shares: ids, time, errors, events, settings. Imports nothing of ours."""
