"""What the assistant knows and says: the files under `faq/` as typed portals, kept up to date."""
