"""Continuity at length: thousands of histories, and each cure taken out."""
