"""Mail to customers, until it is sent."""
