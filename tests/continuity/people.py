"""What an honest person does to get a computer active again: follow the messages, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from keyferry.protocol.activation_key import ActivationKey

from .computers import Computer
from .evidence import look
from .worlds import Answer, Paper, World

FOLDER = "X"
_ROUNDS = 10
_LONGEST_WAITS = 3
_NEW_REQUEST = {"computer_id_superseded", "computer_id_released", "not_activated"}
_TYPED_REPLACES_NOTHING = "replacement_needs_vendor"
_LIMITS = {
    "computer_looks_the_same",
    "release_limit_reached",
    "activation_limit_reached",
    "too_many_attempts",
}


class Stranded(AssertionError):
    """A person who did all that the messages say has no active computer."""


def hand_in(world: World) -> list[str]:
    """Hand in every code that the first computer's wizard shows, its license's first; return the answers."""
    papers: list[Paper] = []
    for key in (*world.keys, *world.former_keys):
        papers += world.show_codes(world.computers[0], FOLDER, key)
        papers += world.show_codes(world.computers[0], FOLDER, key, earlier=True)
    return [world.report(paper) for paper in papers]


def give_up(world: World, key: ActivationKey) -> list[str]:
    """Give up all that the first computer has of its keys, and hand in what is shown each time."""
    computer, answers = world.computers[0], list[str]()
    for each in (key, *world.former_keys):
        world.deactivate(computer, FOLDER, each)
        answers += hand_in(world)
        # Of several earlier identifiers, one at a time.
        while world.deactivate(computer, FOLDER, each, earlier=True):
            answers += hand_in(world)
    return answers


def get_active(world: World, key: ActivationKey, *, types: bool = False) -> None:
    """Activate the first computer as the messages say; raises Stranded."""
    # Whatever is wrong with a clock, every message says to correct it first.
    world.computers[0].wrong_by = timedelta()
    person = _Person(world, key, types)
    for _ in range(_ROUNDS):
        answer = person.asks()
        if answer.key is not None:
            if person.is_activated_by(answer.key):
                return
        elif not person.finds_a_way(answer.refused or ""):
            break
    raise Stranded(f"stuck: {person.trail}")


@dataclass
class _Person:
    """Who wants one computer active, and what was tried for it until now."""

    world: World
    key: ActivationKey
    types: bool
    makes_new_request: bool = False
    gave_up: bool = False
    waited: int = 0
    trail: list[str] = field(default_factory=list)

    @property
    def computer(self) -> Computer:
        return self.world.computers[0]

    def asks(self) -> Answer:
        """Have the wizard show a request, and scan it or type its computer ID."""
        new, self.makes_new_request = self.makes_new_request, False
        token = self.world.begin(self.computer, FOLDER, self.key, start_over=new, new=new)
        if token is None:
            raise Stranded(f"the wizard shows no request: {self.trail}")
        if self.types:
            answer = self.world.type_at_self_help(self.computer, FOLDER, self.key)
        else:
            answer = self.world.deliver(token)
        self.trail.append(answer.refused or "key")
        return answer

    def is_activated_by(self, computer_key: str) -> bool:
        """Type a computer key into the wizard; tell whether the application runs then."""
        if self.world.complete(self.computer, FOLDER, computer_key) and self.computer.is_active(FOLDER):
            return True
        self.trail.append("the wizard does not take it")
        self.makes_new_request = True
        return False

    def finds_a_way(self, refused: str) -> bool:
        """Do what a refusal says; tell whether there is anything to try again for."""
        if refused in _NEW_REQUEST:
            if self.types and self.world.deactivate(self.computer, FOLDER, self.key):
                self.trail.append("deactivated")
            self.makes_new_request = True
            return True
        answers = hand_in(self.world)
        self.trail.append(f"handed in {answers}")
        if "released" in answers:
            return True
        if _LIMITS & {refused, *answers} and self.waited < _LONGEST_WAITS:
            self.world.pass_days(31)
            self.waited += 1
            return True
        if not self.gave_up:
            self.gave_up = True
            self.trail.append(f"gave up, handed in {give_up(self.world, self.key)}")
            return True
        return self.scans_instead(refused)

    def scans_instead(self, refused: str) -> bool:
        """Scan for once, where typing leads nowhere: typed codes replace nothing.

        As long as the wizard holds the secret of what is live, its code gets out without that.
        """
        live = look(self.key).live_on(self.computer.fingerprint)
        if not self.types or refused != _TYPED_REPLACES_NOTHING or live is None:
            return False
        if self.computer.knows(FOLDER, live):
            return False
        self.types = False
        self.trail.append("scans")
        return True


def give_back(world: World) -> None:
    """Deactivate whatever the first computer holds, and hand in every code that its wizard shows."""
    computer = world.computers[0]
    for key in (*world.keys, *world.former_keys):
        for _ in range(4):
            papers = world.deactivate(computer, FOLDER, key)
            if not papers + world.deactivate(computer, FOLDER, key, earlier=True):
                break
    hand_in(world)
    for _ in range(2):
        if any(world.vendor.seats_used(key) for key in world.keys):
            world.pass_days(31)
            hand_in(world)
