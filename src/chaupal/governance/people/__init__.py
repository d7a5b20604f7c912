"""Roles of the staff, protected speakers, reports, blocks of nets and mails."""
