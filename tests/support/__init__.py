"""What several test modules share: a running service, a mail server, strict skipping."""
