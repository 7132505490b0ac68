class DemoFailed(Exception):
    """Something on the way did not work; the message is a sentence for whoever watches."""


class StoryBroken(DemoFailed):
    """A step did something else than it must."""


class CommandFailed(DemoFailed):
    """A command ended with another exit code than it must; the message holds what it printed."""


class ServerDidNotStart(DemoFailed):
    """The server ended, or did not listen in time; the message ends with what it had printed."""


class ChromiumMissing(DemoFailed):
    """No Chromium on this machine."""


class PageFault(DemoFailed):
    """The phone page did what it must never do: an error, a CSP violation, a request to somebody else."""


class NoCodeSeen(DemoFailed):
    """The picture holds no single readable QR code."""


class NoNetwork(DemoFailed):
    """This machine has no address that a phone could reach."""
