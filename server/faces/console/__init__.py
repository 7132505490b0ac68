"""The Management Console: a full-screen terminal application for the vendor's staff."""
