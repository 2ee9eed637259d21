"""How French is written, and how addresses, passwords and places stand in it."""
