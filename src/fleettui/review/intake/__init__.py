"""Agents' branches, brought into quarantine and kept there."""
