"""The staff side: conversations, tickets, mails, accounts and privacy, behind a login."""
