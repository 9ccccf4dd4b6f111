"""Name -> budget rule: the table of rules."""

from collections.abc import Callable

from stream.budget.base import BudgetRule
from stream.budget.window_quantile import WindowQuantile

RULES: dict[str, Callable[[float], BudgetRule]] = {
    "window_quantile": WindowQuantile,
}
"""Every budget rule under the name of its module; each is built with the share of texts that it may ask about."""
