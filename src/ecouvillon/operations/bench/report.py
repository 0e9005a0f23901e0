"""What the bench says at its end: a table for people, one object for programs."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from ecouvillon.operations.bench.rounds import Comparison


def figures(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """The figures as one object: medians, each with the least and the greatest of the rounds."""
    return {
        "lines": [
            {
                "name": c.line.name,
                "clients": c.line.clients,
                "results_per_second": _spread(c.results),
                "yardstick_per_second": _spread(c.transactions),
                "latency_p99_seconds": _spread(c.latency_p99),
                "result_cost_seconds": _spread(c.result_cost),
                "transaction_cost_seconds": _spread(c.transaction_cost),
                "cost_ratio": _spread(c.cost_ratios),
                "ratio": _spread(c.ratios),
                "goal": c.line.goal,
                "reached": c.reached,
            }
            for c in comparisons
        ]
    }


def table(comparisons: Sequence[Comparison]) -> str:
    """The figures as lines of text."""
    rows = [
        (
            "work",
            "clients",
            "results/s",
            "pgbench/s",
            "p99 ms",
            "by cpu",
            "ratio (spread)",
            "goal",
            "",
        )
    ]
    for c in comparisons:
        low, high = min(c.ratios), max(c.ratios)
        rows.append(
            (
                c.line.name,
                str(c.line.clients),
                f"{median(c.results):,.0f}",
                f"{median(c.transactions):,.0f}",
                f"{1000 * median(c.latency_p99):.1f}",
                f"{median(c.cost_ratios):.2f}",
                f"{median(c.ratios):.2f} ({low:.2f} to {high:.2f})",
                "none yet" if c.line.goal is None else f"{c.line.goal:.2f}",
                {None: "", True: "reached", False: "not reached"}[c.reached],
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 0 < i < len(row) - 1 else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": median(values), "least": min(values), "greatest": max(values)}
