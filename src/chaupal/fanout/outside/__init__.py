"""Calls that leave the house: pages that links lead to, and webhooks that programs of others asked for."""
