"""Accuracy, queries, labels, model -> the dashboard that says whether the answers pay."""

from __future__ import annotations

from collections.abc import Sequence

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import Panel
from grafana_foundation_sdk.models.units import NoUnit, PercentUnit, Seconds

from grafana.frame import PER_MINUTE, dashboard
from grafana.panels import BLUE, GREEN, ORANGE, band, graph, heat, limit, stacked, stat, steps
from grafana.queries import happened, of_learner, per_minute, per_second, spread

_ACCURACY = of_learner("sluice_accuracy_ratio")
_LOW, _HIGH = of_learner("sluice_accuracy_ratio_low"), of_learner("sluice_accuracy_ratio_high")
_REQUESTS = per_second("sluice_label_requests_total", by="verdict")
_UNLABELLED = per_second('sluice_decisions_total{reason!="given_label"}')
_MORE_AUDITS = "Answer requests with the verdict AUDIT, or raise `BUDGET__AUDIT_SHARE`."


def build() -> Dashboard:
    """What came out first, then what was asked for it."""
    return dashboard(
        "sluice-learning",
        "sluice: Learning",
        "How good are predictions, what is asked to make them better, and what became of the answers?",
        {
            "How good is it?": [*_estimate(), *_counts()],
            "Accuracy": _accuracy(),
            "What is asked": _queries(),
            "Model": _model(),
            "Answers": _answers(),
        },
    )


def _estimate() -> Sequence[Builder[Panel]]:
    return [
        stat(
            "Accuracy",
            "Estimated on texts drawn at random, so without bias. It takes audits that are answered.",
            {"accuracy": _ACCURACY},
            [(None, BLUE)],
            PercentUnit,
            span=4,
            decimals=1,
        ).no_value("no audit answered yet"),
        stat(
            "Width of its interval",
            f"How little is known about the accuracy. {_MORE_AUDITS}",
            {"high - low": f"{_HIGH} - {_LOW}"},
            [(None, GREEN), (0.2, ORANGE)],
            PercentUnit,
            span=4,
            decimals=1,
        ).no_value("no audit answered yet"),
    ]


def _counts() -> Sequence[Builder[Panel]]:
    return [
        stat(
            "Labels learned, last hour",
            "Without labels nothing is learned. 0 while requests are open: nobody answers.",
            {"labels": happened('sluice_labels_total{outcome="learned"}', "1h")},
            [(None, ORANGE), (0.5, GREEN)],
            span=4,
        ),
        stat(
            "Asked about, last 1,000 texts",
            "The share of texts that became a request.",
            {"share": of_learner("sluice_query_ratio")},
            [(None, BLUE)],
            PercentUnit,
            span=4,
            decimals=1,
        ),
        stat(
            "Model version",
            "Rises with each refit, which follows on enough new labels.",
            {"version": of_learner("sluice_model_version")},
            [(None, BLUE)],
            span=4,
        ),
        stat(
            "Classes",
            "Classes that the model knows. A sudden rise: look for spelling variants among the labels.",
            {"classes": of_learner("sluice_model_classes")},
            [(None, BLUE)],
            span=4,
        ),
    ]


def _accuracy() -> Sequence[Builder[Panel]]:
    interval = graph(
        "Accuracy with its 95% interval",
        "Of the last 1,000 answered audits. Only when the whole band sinks has accuracy become worse for certain. A "
        f"broad band: few audits were answered. {_MORE_AUDITS}",
        {"accuracy": _ACCURACY, "low": _LOW, "high": _HIGH},
        24,
        PercentUnit,
    )
    return [band(interval, "low", "high").max(1)]


def _queries() -> Sequence[Builder[Panel]]:
    rate = graph(
        "Query rate by verdict",
        "The share of texts that is asked about. ASK and AUDIT together keep to the red line in the long run. Far "
        "below it for long: see 'Why texts were not asked about' on the overview.",
        {
            "{{verdict}}": f"{_REQUESTS} / on () group_left () ({_UNLABELLED} > 0)",
            "allowed": of_learner("sluice_budget_limit_ratio"),
        },
        12,
        PercentUnit,
    )
    return [limit(rate, "allowed"), *_utilities()]


def _utilities() -> Sequence[Builder[Panel]]:
    utility = graph(
        "Utility and threshold",
        "Above the threshold a text is worth asking about. It follows the utilities, so that the budget lasts: rising "
        "with them, texts became harder; falling, easier.",
        {"threshold": of_learner("sluice_threshold"), **spread("sluice_utility", 0.5, 0.9, 0.99)},
        12,
        NoUnit,
    )
    return [
        limit(utility, "threshold"),
        heat(
            "How utilities are spread",
            "Darker: more texts. A second band at the top: texts of a kind that the model does not know.",
            per_second("sluice_utility_bucket", by="le"),
            12,
            NoUnit,
        ),
        graph(
            "Probability of being asked about",
            "Each text's chance, audits included: p50 is the chance of an audit alone. Needed to weigh "
            "answers that were not drawn evenly.",
            spread("sluice_query_probability", 0.5, 0.99),
            12,
            PercentUnit,
        ),
    ]


def _model() -> Sequence[Builder[Panel]]:
    return [
        steps(
            "Model version",
            "A stair while labels come. Flat in spite of labels: look for `refit_rejected` in the log.",
            {"version": of_learner("sluice_model_version")},
            8,
            NoUnit,
        ),
        graph(
            "Refits",
            "How often the model is fitted anew from all examples.",
            {"refits": per_minute("sluice_model_updates_total")},
            8,
            PER_MINUTE,
        ),
        steps(
            "Classes known",
            "Named in the settings, or brought by labels.",
            {"classes": of_learner("sluice_model_classes")},
            8,
            NoUnit,
        ),
    ]


def _answers() -> Sequence[Builder[Panel]]:
    return [
        stacked(
            "Answers by outcome",
            "`conflicting` and `corrected` ones in numbers: the classes are hard to tell apart; sharpen "
            "`TASK__INSTRUCTIONS`.",
            {"{{outcome}}": per_minute("sluice_labels_total", by="outcome")},
            8,
            PER_MINUTE,
        ),
        graph(
            "Time from request to label",
            "Late answers teach less: similar texts are asked about in the meantime.",
            spread("sluice_verification_latency_seconds", 0.5, 0.99),
            8,
            Seconds,
        ),
        graph(
            "Texts in a batch of the learner",
            "Large batches: the learner catches up. It changes no decision.",
            spread("sluice_learner_batch_texts", 0.5, 0.99),
            8,
            NoUnit,
        ),
    ]
