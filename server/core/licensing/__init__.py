"""Licenses, and the computers that hold them."""
