"""Committed records and what was sent -> every promise that they break, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import pairwise

from services.edges import topics
from stream.records import Decision, Reason, Verdict
from tests.simulation.committed import Committed
from tests.simulation.label_checks import broken_labels
from tests.simulation.scenario import Scenario


def broken_promises(committed: Committed, scenario: Scenario, poison: set[bytes]) -> list[str]:
    """Of a run that came to its end: nothing was on its way any more."""
    return [
        *_decisions(committed, scenario),
        *_requests(committed),
        *_budget(committed.decisions, scenario),
        *_dead_letters(committed, scenario, poison),
        *broken_labels(committed, scenario, poison),
    ]


def _decisions(committed: Committed, scenario: Scenario) -> Iterator[str]:
    """Each text of our encoder once, of those with one id the one that came first; times never go back."""
    ids = {
        text.origin: text.id
        for texts, foreign in zip(scenario.texts, scenario.foreign, strict=True)
        for offset, text in enumerate(texts)
        if text.readable and offset not in foreign
    }
    yield from _repeated("decided", (decision.origin for decision in committed.decisions))
    yield from _repeated("decided under its id", (decision.id for decision in committed.decisions))
    decided = {decision.origin: decision.id for decision in committed.decisions}
    yield from (f"{origin} was never sent as {name}" for origin, name in decided.items() if ids.get(origin) != name)
    given_up = {ids.get(origin) for origin in committed.given_up_texts()}
    yield from (f"{name} was not decided" for name in sorted(set(ids.values()) - set(decided.values()) - given_up))
    for before, after in pairwise(committed.decisions):
        if after.decided_at < before.decided_at:
            yield f"{after.origin} was decided before {before.origin}"


def _requests(committed: Committed) -> Iterator[str]:
    """One for each decision that asked, about the same text, and no other; each closed once at the most."""
    asked = {sha256(each.origin.encode()).hexdigest()[:32]: each for each in committed.decisions if _asked(each)}
    ids = [request.request_id for request in committed.requests]
    yield from _repeated("asked", ids)
    yield from _repeated("closed", committed.closed)
    yield from (f"{each} was not asked" for each in sorted(asked.keys() - set(ids)))
    yield from (f"{each} was closed but never asked" for each in sorted(set(committed.closed) - set(ids)))
    for request in committed.requests:
        decision = asked.get(request.request_id)
        if decision is None or (decision.origin, decision.verdict) != (request.origin, request.verdict):
            yield f"no decision asked {request.request_id}"


def _budget(decisions: list[Decision], scenario: Scenario) -> Iterator[str]:
    """Never more asked than the budget gives for the texts so far, nor in an hour than is allowed."""
    seen = asked = 0
    hourly = scenario.settings.get("budget.per_hour")
    times: list[float] = []
    for decision in decisions:
        seen += decision.reason is not Reason.GIVEN_LABEL
        if not _asked(decision):
            continue
        asked += 1
        times.append(decision.decided_at)
        if asked > scenario.budget * seen + scenario.burst:
            yield f"{asked} asked after {seen} texts"
        if hourly and len(times) > hourly and times[-1 - hourly] > decision.decided_at - 3_600:
            yield f"more than {hourly} asked within the hour before {decision.decided_at}"


def _dead_letters(committed: Committed, scenario: Scenario, poison: set[bytes]) -> Iterator[str]:
    """One for each record that cannot be read, and for each text of another encoder; none besides."""
    expected = [
        f"{committed.identities[topic]}/{record.partition}/{record.offset}"
        for topic in (topics.ITEMS, topics.LABELS)
        for record in committed.records(topic)
        if record.value in poison
    ]
    expected += [
        texts[offset].origin
        for texts, foreign in zip(scenario.texts, scenario.foreign, strict=True)
        for offset in foreign
        if texts[offset].readable
    ]
    yield from _repeated("set aside", committed.dead_letters)
    yield from (f"{each} was not set aside" for each in sorted(set(expected) - set(committed.dead_letters)))
    yield from (
        f"{each} was set aside" for each in sorted(set(committed.dead_letters) - set(expected) - committed.given_up)
    )


def _asked(decision: Decision) -> bool:
    return decision.verdict is not Verdict.SKIP


def _repeated(what: str, values: Iterable[str]) -> Iterator[str]:
    return (f"{value} was {what} {count} times" for value, count in Counter(values).items() if count > 1)
