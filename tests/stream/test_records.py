"""Decisions are kept as columns, and read as rows."""

from __future__ import annotations

from stream.records import Decision, Decisions, Reason, Verdict

SKIPPED = Decision("a", "c/t/0/1", None, 0.0, 0.5, 0.9, Verdict.SKIP, Reason.BELOW_THRESHOLD, 0.1, 3, 7.0)
ASKED = SKIPPED._replace(id="b", label="refund", verdict=Verdict.ASK, reason=Reason.UNCERTAIN)


def test_there_are_none_at_first() -> None:
    assert (len(Decisions()), list(Decisions()), list(Decisions().columns[0])) == (0, [], [])


def test_rows_that_come_as_columns_are_read_as_rows() -> None:
    decisions = Decisions([SKIPPED])
    decisions.extend(*zip(ASKED, SKIPPED, strict=True))

    assert list(decisions) == [SKIPPED, ASKED, SKIPPED]
    assert (len(decisions), decisions[1], decisions[-2:]) == (3, ASKED, [ASKED, SKIPPED])
    assert decisions.take([2, 1]) == [SKIPPED, ASKED]
    assert decisions.column("label") == [None, "refund", None]
