"""What everything stands on: settings, database, limits, addresses, clock, logs, migrations."""
