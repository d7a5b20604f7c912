"""Did the court obey its law? A log held against the laws that it cites, entry by entry; no database and no server."""

from chaupal_audit.rule_of_law.check import Check, Finding
from chaupal_audit.rule_of_law.laws import Files, folder
from chaupal_audit.rule_of_law.table import TABLE
from chaupal_audit.rule_of_law.trial import Verdict, try_log

__all__ = ["TABLE", "Check", "Files", "Finding", "Verdict", "folder", "try_log"]
