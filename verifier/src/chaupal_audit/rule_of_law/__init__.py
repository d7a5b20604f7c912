"""Did the court obey its law? A log is checked against the laws that it cites, without a database or a server."""

from chaupal_audit.rule_of_law.check import Check, Finding
from chaupal_audit.rule_of_law.laws import Files, folder
from chaupal_audit.rule_of_law.table import TABLE
from chaupal_audit.rule_of_law.trial import Verdict, try_log

__all__ = ["TABLE", "Check", "Files", "Finding", "Verdict", "folder", "try_log"]
