from pathlib import Path

from demo.scene import Scene
from keyferry.protocol.computer_key import Style


class ActivatedMachine:
    """A product, and a machine with a license of it in a folder: all that a case needs, made for real."""

    def __init__(self, style: Style, folder: Path) -> None:
        scene = Scene(style, folder)
        self.profile = scene.profile
        self.keys = self.profile.keys(1)
        self.public_key = scene.signer("typed").public_key()
        self.control = scene.control()
        self.begun = self.control.begin(scene.activation_key)
        self.activation_key = self.begun.activation_key
        self.binding = scene.binding(self.begun)
        self.computer_key = scene.computer_key(self.begun)
        self.control.complete(self.computer_key)
