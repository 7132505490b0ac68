"""The Keyferry server: the licensing core and its faces."""
