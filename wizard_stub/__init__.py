"""The offline License Wizard: a library that an application embeds, and a command line on top of it.

Nothing in it uses a network. An application starts at `keyferry.wizard.control.ActivationControl`.
"""
