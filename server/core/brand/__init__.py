"""How the vendor looks to customers."""
