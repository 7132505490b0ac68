"""Who holds licenses."""
