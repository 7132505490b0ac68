"""Keyferry: activation of license keys on machines that have no network.

Its folders are links to those at the top of the repository: protocol, server, wizard_stub and pwa.
"""
