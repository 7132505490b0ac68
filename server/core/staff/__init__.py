"""Who works for the vendor."""
