import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bench.measure import Measured, measure
from bench.servers.cases import servers
from bench.subjects import ActivatedMachine
from demo.typing_errors import mistype
from keyferry.protocol.computer_key import Style
from keyferry.protocol.deactivation import SECRET_BYTES, proof
from keyferry.protocol.openings import commitment
from keyferry.protocol.repair import read_short, read_signed
from keyferry.protocol.request_token import verify_request

SEED = 1
KEYS_PER_CASE = 24


def typed_keys(
    machine: ActivatedMachine, *, wrong: int, rows: int, read: Callable[[str], object]
) -> Measured:
    """Measure reading many keys with as many wrong characters each."""
    random = Random(SEED)
    keys = [
        mistype(machine.computer_key, wrong=wrong, rows=rows, random=random) for _ in range(KEYS_PER_CASE)
    ]
    words = {0: "as it was shown", 1: "with 1 wrong character"}.get(wrong, f"with {wrong} wrong characters")
    return measure(words, [partial(read, key) for key in keys])


def short_keys(machine: ActivatedMachine) -> list[Measured]:
    """Measure reading a 30-character key with none to four characters wrong."""
    read = partial(read_short, binding=machine.binding, key=machine.keys.short_computer_key)
    return [typed_keys(machine, wrong=wrong, rows=1, read=read) for wrong in range(5)]


def signed_keys(machine: ActivatedMachine) -> list[Measured]:
    """Measure reading a 120-character key with none to four characters wrong, at most one in a row."""
    read = partial(read_signed, binding=machine.binding, public_key=machine.public_key)
    return [typed_keys(machine, wrong=wrong, rows=4, read=read) for wrong in range(5)]


def operations(machine: ActivatedMachine) -> list[Measured]:
    """Measure what server and application do, against one HMAC; an application's first status adds scrypt."""
    fingerprint, key = machine.begun.computer_id.fingerprint, machine.activation_key
    secret = bytes(SECRET_BYTES)
    code = partial(proof, machine.keys, secret=secret, activation_key=key, fingerprint=fingerprint)
    product = machine.profile.product_code
    commit = partial(commitment, code(), product_code=product, activation_key=key, fingerprint=fingerprint)
    token = machine.begun.url.partition("#")[2]
    return [
        measure("deactivation code (HMAC)", [code]),
        measure("request token, verified", [partial(verify_request, token, machine.keys)]),
        measure("license status, checked again", [machine.control.status]),
        measure("commitment (scrypt)", [commit]),
    ]


def table(title: str, rows: list[Measured]) -> None:
    """Print a group of cases, each against the first."""
    print(f"\n{title}")
    for row in rows:
        ratio = row.seconds / rows[0].seconds
        print(f"  {row.name:<34} {ratio:>9.1f} ×   {row.seconds * 1000:>9.3f} ms")


def main() -> int:
    """Measure everything in one run, so that the ratios hold on any machine."""
    with TemporaryDirectory(prefix="keyferry-bench-") as folder:
        short = ActivatedMachine(Style.SHORT, Path(folder) / "short")
        signed = ActivatedMachine(Style.SIGNED, Path(folder) / "signed")
        table("Reading a typed short key", short_keys(short))
        table("Reading a typed signed key", signed_keys(signed))
        table("Operations", operations(short))
        servers(Path("build/bench.json"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
