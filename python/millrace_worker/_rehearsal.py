"""What a small script does; run by a forked child before anyone waits for it."""

import os


class _Thing:
    def __init__(self, name: str) -> None:
        self.name = name


def _count(n: int) -> int:
    return n if n < 2 else _count(n - 1) + _count(n - 2)


_found = {str(n): (_Thing(f"{n:>3}"), n / 2) for n in range(8)}
for _key, (_thing, _half) in sorted(_found.items()):
    try:
        print(_key, _thing.name, round(_half, 2), _count(3), *os.path.split("a/b"), sep=", ")
    except (OSError, ValueError) as error:
        raise RuntimeError("never") from error
