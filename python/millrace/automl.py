"""AutoML: search the best model of a table, with a notebook behind every trial.

Example:
    >>> summary = millrace.automl.classify("main.churn.training", target_col="churn")
    >>> summary.leaderboard  # every trial, best first
    >>> summary.best_trial.load_model()  # the scikit-learn pipeline
    >>> summary.best_trial.notebook_path  # the notebook that *is* the trial
"""

from __future__ import annotations

import re
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from millrace._errors import MillraceError
from millrace._http import call

if TYPE_CHECKING:
    import pandas

__all__ = ["AutoMLSummary", "TrialInfo", "classify", "get_summary", "regress", "start"]

_SEARCHES = "/api/millrace/1.0/automl/searches"
_ENDED = frozenset({"FINISHED", "FAILED", "CANCELLED"})
_POLL_S = 0.5

Imputer: TypeAlias = "str | Mapping[str, Any]"


@dataclass(frozen=True)
class TrialInfo:
    """One configuration that was tried.

    Attributes:
        trial: Number of the trial, from 1 in the order of planning.
        rank: Place on the leaderboard, from 1; None without a score.
        learner: Kind of model, for example ``lightgbm``.
        state: ``RUNNING``, ``FINISHED``, ``FAILED`` or ``CANCELLED``.
        score: Mean of the primary metric over the folds; None without one.
        metrics: Means over the folds, by metric.
        params: Parameters of the learner.
        run_id: MLflow run.
        model_uri: What ``mlflow.pyfunc.load_model`` takes; None without a model.
        notebook_path: The executed notebook in the workspace.
        error: Why it failed; None when it did not.
        duration_ms: Milliseconds it took; None while it runs.
    """

    trial: int
    rank: int | None
    learner: str
    state: str
    score: float | None
    metrics: dict[str, float]
    params: dict[str, Any]
    run_id: str
    model_uri: str | None
    notebook_path: str | None
    error: str | None
    duration_ms: int | None

    @property
    def mlflow_run_id(self) -> str:
        """The same as ``run_id``, as Databricks AutoML calls it."""
        return self.run_id

    @property
    def evaluation_metric_score(self) -> float | None:
        """The same as ``score``, as Databricks AutoML calls it."""
        return self.score

    def load_model(self) -> Any:
        """The fitted scikit-learn pipeline.

        Raises:
            ValueError: The trial left no model.
        """
        if self.model_uri is None:
            raise ValueError(f"Trial {self.trial} left no model: {self.error or self.state}")
        import mlflow.sklearn

        return mlflow.sklearn.load_model(self.model_uri)


@dataclass(frozen=True)
class AutoMLSummary:
    """A search and what came out of it.

    Attributes:
        search_id: The search.
        name: Its readable name; its notebooks are below ``/AutoML/<name>``.
        state: ``FINISHED``, ``FAILED``, ``CANCELLED``, or what it does while it runs.
        primary_metric: What it is after.
        table: The table that it learned from.
        table_version: That table's version.
        experiment_id: MLflow experiment.
        run_id: MLflow run that every trial is a child of.
        exploration_notebook: Executed notebook about the data, in the workspace.
        trials: Every trial, best first, then those without a score.
    """

    search_id: str
    name: str
    state: str
    primary_metric: str
    table: str
    table_version: int
    experiment_id: str
    run_id: str
    exploration_notebook: str | None
    trials: list[TrialInfo] = field(repr=False)

    @property
    def best_trial(self) -> TrialInfo:
        """The trial with the best score.

        Raises:
            LookupError: No trial has a score.
        """
        if not self.trials or self.trials[0].rank is None:
            raise LookupError(f"No trial of search {self.name} has a score")
        return self.trials[0]

    @property
    def leaderboard(self) -> pandas.DataFrame:
        """One row per trial, best first: rank, learner, score, all metrics, run and notebook."""
        import pandas

        rows = [
            {
                "rank": one.rank,
                "trial": one.trial,
                "learner": one.learner,
                "state": one.state,
                "score": one.score,
                **one.metrics,
                "duration_ms": one.duration_ms,
                "run_id": one.run_id,
                "notebook_path": one.notebook_path,
                "error": one.error,
            }
            for one in self.trials
        ]
        return pandas.DataFrame(rows).astype({"rank": "Int64"})


def classify(
    dataset: str,
    *,
    target_col: str,
    primary_metric: str = "roc_auc",
    pos_label: str | int | bool | None = None,
    **options: Any,
) -> AutoMLSummary:
    """Searches the best classifier of a table and waits until the search has ended.

    Args:
        dataset: A table, ``main.schema.table``; ``table@7`` means its version 7.
        target_col: The column to predict.
        primary_metric: ``roc_auc``, ``log_loss``, ``f1``, ``accuracy``, ``precision`` or
            ``recall``.
        pos_label: With two classes, the one whose probability counts. When absent: what reads like
            yes, else the rarer one.
        **options: What :func:`start` takes, and ``verbose`` (default True): print each trial.

    Raises:
        MillraceError: The request does not fit the data; the message says how.
        RuntimeError: No trial succeeded, or somebody cancelled the search.
    """
    label = None if pos_label is None else str(pos_label)
    return _search(
        dataset,
        problem="classification",
        target_col=target_col,
        primary_metric=primary_metric,
        pos_label=label,
        **options,
    )


def regress(
    dataset: str, *, target_col: str, primary_metric: str = "r2", **options: Any
) -> AutoMLSummary:
    """Searches the best regressor of a table and waits until the search has ended.

    Args:
        dataset: A table, ``main.schema.table``; ``table@7`` means its version 7.
        target_col: The column to predict; a number.
        primary_metric: ``r2``, ``rmse``, ``mae`` or ``mse``.
        **options: What :func:`start` takes, and ``verbose`` (default True): print each trial.

    Raises:
        MillraceError: The request does not fit the data; the message says how.
        RuntimeError: No trial succeeded, or somebody cancelled the search.
    """
    return _search(
        dataset,
        problem="regression",
        target_col=target_col,
        primary_metric=primary_metric,
        **options,
    )


def start(
    dataset: str,
    *,
    problem: Literal["classification", "regression"],
    target_col: str,
    primary_metric: str | None = None,
    max_trials: int | None = None,
    timeout_minutes: float | None = None,
    seed: int | None = None,
    parallelism: int | None = None,
    folds: int | None = None,
    sampler: Literal["bayes", "random"] | None = None,
    learners: Sequence[str] | None = None,
    exclude_cols: Sequence[str] | None = None,
    pos_label: str | None = None,
    imputers: Mapping[str, Imputer] | None = None,
    requirements: Sequence[str] | None = None,
    experiment_name: str | None = None,
) -> str:
    """Starts a search and answers its id at once.

    Args:
        dataset: A table, ``main.schema.table``; ``table@7`` means its version 7.
        problem: What kind of column the target is.
        target_col: The column to predict.
        primary_metric: What the search is after. Default ``roc_auc``, or ``r2``.
        max_trials: Trials to run, the baseline included. Default 24.
        timeout_minutes: When it is over no trial runs any more. No limit by default.
        seed: The same seed, data and parallelism give the same search. Default 42.
        parallelism: Trials at the same time. Default 2.
        folds: Folds of cross-validation. Default 5.
        sampler: How the next configuration is chosen. Default ``bayes``.
        learners: Learners to search; every suitable one by default. The baseline always runs.
        exclude_cols: Columns that the model must not see.
        pos_label: With two classes, the one whose probability counts.
        imputers: By column: ``mean``, ``median``, ``most_frequent`` or
            ``{"strategy": "constant", "fill_value": ...}``.
        requirements: Packages of the trials' environment; tested versions by default.
        experiment_name: MLflow experiment, made when it is not there.

    Raises:
        MillraceError: The request does not fit the data; the message says how.
    """
    body = {
        "dataset": _parse_dataset(dataset),
        "problem": problem,
        "target": target_col,
        "primary_metric": primary_metric,
        "max_trials": max_trials,
        "timeout_seconds": None if timeout_minutes is None else timeout_minutes * 60,
        "seed": seed,
        "parallelism": parallelism,
        "folds": folds,
        "sampler": sampler,
        "learners": None if learners is None else list(learners),
        "exclude_columns": None if exclude_cols is None else list(exclude_cols),
        "positive_label": pos_label,
        "imputers": None if imputers is None else {k: _imputer(v) for k, v in imputers.items()},
        "requirements": None if requirements is None else list(requirements),
        "experiment_name": experiment_name,
        "idempotency_token": str(uuid.uuid4()),
    }
    answer = call("POST", _SEARCHES, {k: v for k, v in body.items() if v is not None})
    return str(answer["search_id"])


def get_summary(search_id: str) -> AutoMLSummary:
    """What a search has found so far.

    Raises:
        MillraceError: ``RESOURCE_DOES_NOT_EXIST`` where there is no such search.
    """
    return _summary(call("GET", f"{_SEARCHES}/{search_id}"))


def _search(dataset: str, *, verbose: bool = True, **options: Any) -> AutoMLSummary:
    search_id = start(dataset, **options)
    try:
        return _wait(search_id, verbose)
    except KeyboardInterrupt:
        call("POST", f"{_SEARCHES}/{search_id}/cancel")
        raise


def _wait(search_id: str, verbose: bool) -> AutoMLSummary:
    shown: set[int] = set()
    while True:
        answer = call("GET", f"{_SEARCHES}/{search_id}")
        summary = _summary(answer)
        if verbose:
            _show_new(summary, shown)
        if summary.state in _ENDED:
            break
        time.sleep(_POLL_S)
    if summary.state == "FINISHED":
        return summary
    raise RuntimeError(
        f"Search {summary.name} is {summary.state}: {answer.get('message') or 'it was cancelled'}"
    )


def _show_new(summary: AutoMLSummary, shown: set[int]) -> None:
    ended = [one for one in summary.trials if one.state != "RUNNING" and one.trial not in shown]
    for one in sorted(ended, key=lambda trial: trial.trial):
        shown.add(one.trial)
        if one.score is None:
            said = f"{one.state.lower()}: {one.error}"
        else:
            said = f"{summary.primary_metric} {one.score:.4f}" + (" best" if one.rank == 1 else "")
        print(f"trial {one.trial:3d}  {one.learner:20s} {said}")
    sys.stdout.flush()


def _summary(answer: Mapping[str, Any]) -> AutoMLSummary:
    known = TrialInfo.__dataclass_fields__
    return AutoMLSummary(
        search_id=answer["search_id"],
        name=answer["name"],
        state=answer["state"],
        primary_metric=answer["primary_metric"],
        table=answer["dataset"]["table"],
        table_version=answer["dataset"]["version"],
        experiment_id=answer["experiment_id"],
        run_id=answer["run_id"],
        exploration_notebook=answer["exploration_notebook"],
        trials=[
            TrialInfo(**{key: value for key, value in one.items() if key in known})
            for one in answer["leaderboard"]
        ],
    )


def _parse_dataset(dataset: str) -> dict[str, Any]:
    parts = re.fullmatch(r"(?P<table>[^@]+)(?:@(?P<version>\d+))?", dataset)
    if parts is None:
        raise MillraceError(
            f"'{dataset}' is not a table; write main.schema.table, or main.schema.table@7",
            status=400,
            error_code="INVALID_PARAMETER_VALUE",
            details=[],
        )
    version = parts["version"]
    return {"table": parts["table"]} | ({} if version is None else {"version": int(version)})


def _imputer(strategy: Imputer) -> Any:
    if isinstance(strategy, str):
        return strategy
    return {**strategy, "fill_value": str(strategy["fill_value"])}
