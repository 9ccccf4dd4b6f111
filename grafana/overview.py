"""Flow, budget, requests, drift -> the dashboard that says whether all is well."""

from __future__ import annotations

from collections.abc import Sequence

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import Panel
from grafana_foundation_sdk.models.units import BytesIEC, NoUnit, PercentUnit, Seconds

from grafana.frame import PER_MINUTE, PER_SECOND, dashboard
from grafana.panels import BLUE, GREEN, ORANGE, RED, bars, drift, graph, limit, stacked, stat, states
from grafana.queries import happened, of_learner, per_minute, per_second, spread

_DAY = 86_400.0
# Each intake shows the lag of its own partitions.
_LAG = "sum by (topic) (sluice_journal_lag_records)"
_SPENT, _ALLOWED = of_learner("sluice_budget_spent_ratio"), of_learner("sluice_budget_limit_ratio")
_OPEN, _AGE = of_learner("sluice_label_requests_open"), of_learner("sluice_label_request_age_seconds")
_TEXTS, _DECISIONS = "sluice_texts_total", "sluice_decisions_total"
_EXPIRE = "`REQUESTS__EXPIRE_SECONDS`"


def build() -> Dashboard:
    """What can need somebody comes first."""
    return dashboard(
        "sluice-overview",
        "sluice: Overview",
        "Do decisions flow, is the budget kept, are requests answered, do texts change?",
        {
            "Does anything need me?": [*_process(), *_people()],
            "Decisions": [*_decisions(), *_delays()],
            "Budget": _budget(),
            "Requests and answers": _requests(),
            "Drift": _drift(),
            "Inside": [*_work(), *_state()],
        },
    )


def _process() -> Sequence[Builder[Panel]]:
    return [
        stat(
            "Active learners",
            "Exactly one process decides. None: nothing is decided; start it, or look why it ended. Two: one of them "
            "can no longer write and is about to end; if it stays, end it.",
            {"active": "sum(sluice_learner_active)"},
            [(None, RED), (1, GREEN), (2, RED)],
        ).no_value("none"),
        stat(
            "Over the budget, last day",
            "Requests that no text had paid for. Always 0: anything else is a fault of sluice; please report it.",
            {"requests": happened("sluice_budget_overspend_total", "1d")},
            [(None, GREEN), (0.5, RED)],
        ),
        stat(
            "Dead letters, last hour",
            "Messages that could not be read. The flow goes on without them: `sluice dead-letters list` says why, "
            "and once the sender is mended, `sluice dead-letters replay --all` brings them back.",
            {"messages": happened("sluice_dead_letters_total", "1h")},
            [(None, GREEN), (0.5, ORANGE)],
        ),
        stat(
            "Unread records",
            "What intake and learner have yet to read. It should fall back to about 0. If it only grows, more comes "
            "than is encoded: add intakes, or send less.",
            {"records": f"sum({_LAG})"},
            [(None, GREEN), (1_000, ORANGE), (100_000, RED)],
        ),
    ]


def _people() -> Sequence[Builder[Panel]]:
    return [
        stat(
            "Budget used",
            "Requests since the start, as a share of those allowed. Blue: much is unspent; 'Why texts were not asked "
            "about' says why. Red can only be what `BUDGET__BURST` allowed beforehand.",
            {"used": f"{_SPENT} / ({_ALLOWED} > 0)"},
            [(None, BLUE), (0.9, GREEN), (1.001, RED)],
            PercentUnit,
        ),
        stat(
            "Open requests",
            "Questions that wait for an answer. If it keeps growing, nobody answers: from `BUDGET__MAX_OPEN` on, no "
            "other is asked.",
            {"requests": _OPEN},
            [(None, BLUE)],
        ),
        stat(
            "Oldest open request",
            f"Orange after a day: ask somebody to answer. Red: by default it expires within a day ({_EXPIRE}), and "
            "what it cost is lost.",
            {"age": _AGE},
            [(None, GREEN), (_DAY, ORANGE), (6 * _DAY, RED)],
            Seconds,
        ),
        drift(
            "Drift",
            "The worst of all signals. Drift: texts became stranger to the model, or it errs more. Answer what is "
            "open, look for new classes, and consider a larger budget for a while.",
            {"state": of_learner("sluice_drift_state")},
        ),
    ]


def _decisions() -> Sequence[Builder[Panel]]:
    return [
        graph(
            "Texts read and decided",
            "Both lines lie on each other. If 'decided' is below 'read', the learner falls behind; if both are 0, "
            "nothing is sent.",
            {"read": per_second(_TEXTS), "decided": per_second(_DECISIONS)},
            8,
            PER_SECOND,
        ),
        stacked(
            "Decisions by verdict",
            "Most texts are skipped. ASK: their label is worth its price. AUDIT: drawn at random, to measure accuracy.",
            {"{{verdict}}": per_second(_DECISIONS, by="verdict")},
            8,
            PER_SECOND,
        ),
        stacked(
            "Why texts were not asked about",
            "`below_threshold` is the normal case. `rate_limit`: the limit per hour or day was reached. `queue_full`: "
            "`BUDGET__MAX_OPEN` requests wait. `out_of_budget`: several useful texts came in a row.",
            {"{{reason}}": per_second(_DECISIONS + '{verdict="SKIP"}', by="reason")},
            8,
            PER_SECOND,
        ),
    ]


def _delays() -> Sequence[Builder[Panel]]:
    return [
        graph(
            "Time to decision",
            "From a text's arrival in the journal to its decision. If it rises with the unread records, more comes "
            "than is encoded.",
            spread("sluice_decision_latency_seconds", 0.5, 0.99),
            12,
            Seconds,
        ),
        graph(
            "Unread records by topic",
            "`texts` wait for the encoder, `items` and `labels` for the learner.",
            {"{{topic}}": _LAG},
            12,
            NoUnit,
        ),
    ]


def _budget() -> Sequence[Builder[Panel]]:
    spent = graph(
        "Budget used against allowed",
        "Requests per text. 'Since the start' approaches the red line from below and never crosses it; the last 1,000 "
        "texts may, while they spend what earlier ones left.",
        {
            "since the start": _SPENT,
            "last 1,000 texts": of_learner("sluice_query_ratio"),
            "allowed": _ALLOWED,
        },
        12,
        PercentUnit,
    )
    return [
        limit(spent, "allowed"),
        stacked(
            "Requests by verdict",
            "What is asked. Audits are `BUDGET__AUDIT_SHARE` of all; without them there is no estimate of accuracy.",
            {"{{verdict}}": per_minute("sluice_label_requests_total", by="verdict")},
            12,
            PER_MINUTE,
        ),
    ]


def _requests() -> Sequence[Builder[Panel]]:
    return [
        graph(
            "Open requests",
            "A plateau is fine: as many are answered as are asked. A ramp means that reviewers cannot keep up.",
            {"open": _OPEN},
            8,
            NoUnit,
        ),
        graph(
            "Age of the oldest open request",
            f"It grows until somebody answers that one, or it expires ({_EXPIRE}).",
            {"oldest": _AGE},
            8,
            Seconds,
        ),
        stacked(
            "Answers by outcome",
            "`learned` and `skipped` are answers to open requests. Many `late` ones: raise "
            f"{_EXPIRE}. `unknown`: somebody answers what was never asked.",
            {"{{outcome}}": per_minute("sluice_labels_total", by="outcome")},
            8,
            PER_MINUTE,
        ),
    ]


def _drift() -> Sequence[Builder[Panel]]:
    return [
        states(
            "Drift by signal",
            "`utility` and `uncertainty` rise when texts are unlike those learned; `audit_error` when answers to "
            "audits contradict the model, which is the surest sign.",
            {"{{signal}}": of_learner("sluice_drift_state", by="signal")},
            8,
        ),
        graph(
            "What the detectors watch",
            "The mean of each signal since its last change; `uncertainty` is at 50% where all is as usual. "
            "A lasting rise is what an alarm tells of.",
            {"{{signal}}": of_learner("sluice_drift_statistic", by="signal")},
            8,
            PercentUnit,
        ),
        bars(
            "Drift alarms, last 5 minutes",
            "Single alarms happen. Several signals at once, or alarms again and again, mean that texts have changed.",
            {"{{signal}}": happened("sluice_drift_detected_total", "5m", by="signal")},
            8,
            NoUnit,
        ),
    ]


def _work() -> Sequence[Builder[Panel]]:
    return [
        bars(
            "Dead letters by topic, last 5 minutes",
            "Of `texts`: senders err. Of `labels`: reviewers' tools do. Of `items`: another encoder wrote them.",
            {"{{topic}}": happened("sluice_dead_letters_total", "5m", by="topic")},
            8,
            NoUnit,
        ),
        graph(
            "Time to encode a batch",
            "The encoder is the costly step. A jump without more texts: the machine is busy with something else.",
            spread("sluice_encode_duration_seconds", 0.5, 0.99),
            8,
            Seconds,
        ),
        graph(
            "Time to commit",
            "How long the journal takes. Above a second, look at the disk.",
            spread("sluice_commit_duration_seconds", 0.5, 0.99),
            8,
            Seconds,
        ),
    ]


def _state() -> Sequence[Builder[Panel]]:
    return [
        graph(
            "Time since the last commit",
            "A saw while texts come. If it only grows, nothing comes, or the learner is stuck.",
            {"age": of_learner("sluice_checkpoint_age_seconds")},
            8,
            Seconds,
        ),
        graph(
            "Size of the journal",
            "Grows until retention (7 days of texts and decisions) drops as much as comes. Leave room on the disk.",
            {"journal": of_learner("sluice_journal_bytes")},
            8,
            BytesIEC,
        ),
        stat(
            "What runs",
            "Processes by version and encoder. Two versions: an upgrade is under way.",
            {"{{version}}, {{encoder}}": "count by (version, encoder) (sluice_build_info)"},
            [(None, BLUE)],
            span=8,
            named=True,
        ),
    ]
