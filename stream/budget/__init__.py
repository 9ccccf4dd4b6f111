"""Name -> budget rule: the table of rules."""

from collections.abc import Callable

from stream.budget.balanced_incremental_quantile_filter import BalancedIncrementalQuantileFilter
from stream.budget.base import BudgetRule
from stream.budget.fixed_uncertainty import FixedUncertainty
from stream.budget.importance_weighted import ImportanceWeighted
from stream.budget.randomised_variable_uncertainty import RandomisedVariableUncertainty
from stream.budget.selective_sampling import SelectiveSampling
from stream.budget.soft_sampling import SoftSampling
from stream.budget.split import Split
from stream.budget.variable_uncertainty import VariableUncertainty
from stream.budget.window_quantile import WindowQuantile

RULES: dict[str, Callable[[float], BudgetRule]] = {
    "window_quantile": WindowQuantile,
    "balanced_incremental_quantile_filter": BalancedIncrementalQuantileFilter,
    "fixed_uncertainty": FixedUncertainty,
    "variable_uncertainty": VariableUncertainty,
    "randomised_variable_uncertainty": RandomisedVariableUncertainty,
    "split": Split,
    "selective_sampling": SelectiveSampling,
    "soft_sampling": SoftSampling,
    "importance_weighted": ImportanceWeighted,
}
"""Every budget rule under the name of its module; each is built with the share of texts that it may ask about."""
