"""A warm Prefect flow of sequential steps; runs it once for each line on standard input."""

import sys
import time

from prefect import flow, task


def fibo(n: int) -> int:
    return n if n < 2 else fibo(n - 1) + fibo(n - 2)


@task
def step(n: int) -> int:
    return fibo(n)


@flow
def steps(count: int) -> None:
    for _ in range(count):
        step(10)


def main() -> None:
    count = int(sys.argv[1])
    steps(2)
    print("ready", flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        steps(count)
        print(time.perf_counter() - started, flush=True)


if __name__ == "__main__":
    main()
