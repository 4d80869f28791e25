"""What the tasks share: pure functions from tables to tables."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

LABEL = "churn"
KEYS = ["customer_id", "week"]
"""What names a row: a customer in a week."""

SERVICES = [
    "online_security",
    "online_backup",
    "device_protection",
    "tech_support",
    "streaming_tv",
    "streaming_movies",
]
"""Columns that say Yes, No or that there is no internet to have them on."""


def add_week(customers: pd.DataFrame, week: str) -> pd.DataFrame:
    """The rows with the day on which they were true."""
    import pandas as pd

    day = pd.Timestamp(week, tz="UTC").as_unit("us")
    return customers.assign(week=day)


def build_features(customers: pd.DataFrame) -> pd.DataFrame:
    """One row of features per customer and week; nothing of the label is in it."""
    services = customers[SERVICES].eq("Yes").sum(axis=1)
    tenure = customers["tenure"].clip(lower=1)
    total = customers["total_charges"]
    features = customers.drop(columns=[LABEL]).assign(
        services=services.astype("int64"),
        average_charge=total / tenure,
        charge_per_service=customers["monthly_charges"] / (services + 1),
        charge_growth=customers["monthly_charges"] - total / tenure,
        first_year=customers["tenure"].lt(12).astype("int64"),
        month_to_month=customers["contract"].eq("Month-to-month").astype("int64"),
    )
    return features


def requirements() -> list[str]:
    """The packages of requirements.txt, pinned to the versions that run here."""
    lines = (Path(__file__).parent.parent / "requirements.txt").read_text().splitlines()
    names = dict.fromkeys(line.split("==")[0] for line in lines if line)
    return [f"{name}=={version(name)}" for name in names]
