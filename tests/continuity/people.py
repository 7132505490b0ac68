"""What an honest person does to get a computer active again: follow the messages, step by step."""

from __future__ import annotations

from datetime import timedelta

from keyferry.protocol.activation_key import ActivationKey

from .worlds import Paper, World

FOLDER = "X"
_ROUNDS = 10
_LONGEST_WAITS = 3
_NEW_REQUEST = {"computer_id_superseded", "computer_id_released", "not_activated"}
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
    computer, trail = world.computers[0], []
    # Whatever is wrong with a clock, every message says to correct it first.
    computer.wrong_by = timedelta()
    new = gave_up = False
    waited = 0
    for _ in range(_ROUNDS):
        token = world.begin(computer, FOLDER, key, start_over=new, new=new)
        new = False
        if token is None:
            raise Stranded(f"the wizard shows no request: {trail}")
        answer = world.type_at_self_help(computer, FOLDER, key) if types else world.deliver(token)
        trail.append(answer.refused or "key")
        if answer.key is not None:
            if world.complete(computer, FOLDER, answer.key) and computer.is_active(FOLDER):
                return
            trail.append("the wizard does not take it")
            new = True
        elif answer.refused in _NEW_REQUEST:
            if types and world.deactivate(computer, FOLDER, key):
                trail.append("deactivated")
            new = True
        else:
            answers = hand_in(world)
            trail.append(f"handed in {answers}")
            if "released" in answers:
                continue
            if _LIMITS & {answer.refused, *answers} and waited < _LONGEST_WAITS:
                world.pass_days(31)
                waited += 1
            elif not gave_up:
                gave_up = True
                trail.append(f"gave up, handed in {give_up(world, key)}")
            else:
                break
    raise Stranded(f"stuck: {trail}")


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
