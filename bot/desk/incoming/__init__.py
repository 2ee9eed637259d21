"""Mails that come in: read from hostile bytes, matched to a ticket, and put into its thread."""
