"""The License Wizard, full screen in a terminal.

It only shows what the activation control answers. Textual is imported when the screens open, not before:
half a second that no script should wait for.
"""
