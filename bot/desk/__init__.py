"""What a help desk does: accounts, resets, tickets, mails."""
