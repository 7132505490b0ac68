"""Customers and licenses that a vendor brings along from another system."""
