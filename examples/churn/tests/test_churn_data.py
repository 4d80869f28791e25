"""The example's own code, without a server."""

from pathlib import Path

import pandas as pd
import pytest
from churn_data import SERVICES, add_week, build_features, requirements

HERE = Path(__file__).parent


@pytest.fixture
def customers() -> pd.DataFrame:
    return add_week(pd.read_csv(HERE.parent / "data" / "telco_churn.csv"), "2026-01-02")


def test_every_row_carries_its_week(customers: pd.DataFrame) -> None:
    assert customers["week"].unique().tolist() == [pd.Timestamp("2026-01-02", tz="UTC")]


def test_features_keep_every_customer_and_leave_the_label_out(
    customers: pd.DataFrame,
) -> None:
    features = build_features(customers)
    assert features["customer_id"].tolist() == customers["customer_id"].tolist()
    assert "churn" not in features.columns


def test_a_new_customer_is_not_divided_by_zero(customers: pd.DataFrame) -> None:
    features = build_features(customers)
    new = features[features["tenure"].eq(0)]
    assert len(new) == 11
    assert new["average_charge"].isna().all()
    known = features[features["tenure"].gt(0)]
    assert known["average_charge"].notna().all()


def test_services_are_counted(customers: pd.DataFrame) -> None:
    row = customers.iloc[[0]].assign(**{name: "Yes" for name in SERVICES})
    assert build_features(row)["services"].tolist() == [len(SERVICES)]


def test_requirements_are_pinned_to_what_runs_here() -> None:
    lines = requirements()
    assert f"pandas=={pd.__version__}" in lines
    assert len(lines) == len({line.split("==")[0] for line in lines})
