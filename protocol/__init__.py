"""What wizard, phone and server agree on: pure functions with no clock, no files and no network."""
