"""What the page on Airflow uses of ``airflow.sdk``, without a scheduler: a task runs when it is called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

DAY = {"data_interval_start": datetime(2026, 6, 1, tzinfo=UTC), "data_interval_end": datetime(2026, 6, 2, tzinfo=UTC)}


def task(**_: Any) -> Callable[[Callable[..., Any]], Callable[[], Any]]:
    """Give a function the interval that Airflow would, when it is called."""

    def decorated(function: Callable[..., Any]) -> Callable[[], Any]:
        return lambda: function(**DAY)

    return decorated


def dag(**_: Any) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Leave the function as it is: to call it is to run the DAG."""
    return lambda function: function
