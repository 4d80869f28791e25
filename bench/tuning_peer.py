"""Optuna's side of tuning.ts: the same functions, seeds and budgets, its default sampler."""

from __future__ import annotations

import itertools
import json
import math
import statistics
import sys
import time
from collections.abc import Callable

import optuna

SEEDS, TRIALS, KNOWN, PARAMETERS = (int(word) for word in sys.argv[1:])
SUGGESTIONS = 20

optuna.logging.set_verbosity(optuna.logging.ERROR)

WIDTHS = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
]
CENTRES = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]


def branin(point: list[float]) -> float:
    x, y = point
    parabola = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    value = parabola**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10
    return value - 0.397887357729739


def hartmann6(point: list[float]) -> float:
    value = 3.322368011415515
    for depth, widths, centres in zip([1, 1.2, 3, 3.2], WIDTHS, CENTRES, strict=True):
        far = sum(
            w * (x - c) ** 2 for w, x, c in zip(widths, point, centres, strict=True)
        )
        value -= depth * math.exp(-far)
    return value


def rosenbrock4(point: list[float]) -> float:
    pairs = itertools.pairwise(point)
    return sum(100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in pairs)


def ackley5(point: list[float]) -> float:
    squares = sum(x**2 for x in point) / len(point)
    cosines = sum(math.cos(2 * math.pi * x) for x in point) / len(point)
    return 20 + math.e - 20 * math.exp(-0.2 * math.sqrt(squares)) - math.exp(cosines)


Function = Callable[[list[float]], float]
FUNCTIONS: dict[str, tuple[Function, list[tuple[float, float]]]] = {
    "Branin": (branin, [(-5, 10), (0, 15)]),
    "Hartmann6": (hartmann6, [(0, 1)] * 6),
    "Rosenbrock4": (rosenbrock4, [(-5, 10)] * 4),
    "Ackley5": (ackley5, [(-32.768, 32.768)] * 5),
}


def regret(function: Function, ranges: list[tuple[float, float]], seed: int) -> float:
    def objective(trial: optuna.Trial) -> float:
        return function(
            [
                trial.suggest_float(f"x{i}", low, high)
                for i, (low, high) in enumerate(ranges)
            ]
        )

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, n_trials=TRIALS)
    return study.best_value


def suggest_ms() -> float:
    """Mean milliseconds of an ask with all its parameters, each told its result."""
    names = [f"x{i}" for i in range(PARAMETERS)]
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))

    def ask() -> optuna.Trial:
        trial = study.ask()
        for name in names:
            trial.suggest_float(name, 0, 1)
        return trial

    def bowl(params: dict[str, float]) -> float:
        return sum((x - 0.3) ** 2 for x in params.values())

    spread = optuna.samplers.RandomSampler(seed=2)
    distributions = {
        name: optuna.distributions.FloatDistribution(0, 1) for name in names
    }
    for _ in range(KNOWN):
        params = {
            name: spread.sample_independent(study, None, name, distribution)  # type: ignore[arg-type]
            for name, distribution in distributions.items()
        }
        study.add_trial(
            optuna.create_trial(
                params=params, distributions=distributions, value=bowl(params)
            )
        )
    total = 0.0
    for _ in range(SUGGESTIONS):
        started = time.perf_counter()
        trial = ask()
        total += time.perf_counter() - started
        study.tell(trial, bowl(trial.params))
    return total / SUGGESTIONS * 1000


print(
    json.dumps(
        {
            "version": optuna.__version__,
            "regrets": {
                name: statistics.median(
                    regret(function, ranges, seed) for seed in range(SEEDS)
                )
                for name, (function, ranges) in FUNCTIONS.items()
            },
            "suggestMs": suggest_ms(),
        }
    )
)
