class DemoFailed(Exception):
    """Something on the way did not work; the message is a sentence for whoever watches."""
