"""Who works here and what they did: users, sessions, second factor, audit."""
