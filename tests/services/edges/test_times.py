"""Times as people and other programs write them."""

from __future__ import annotations

import pytest

from services.edges.times import rfc3339, seconds_of


@pytest.mark.parametrize(
    "written",
    ["2025-01-31T12:00:00Z", "2025-01-31t12:00:00z", "2025-01-31T13:30:00+01:30", "2025-01-31 12:00:00.000000+00:00"],
)
def test_the_same_moment_may_be_written_in_several_ways(written: str) -> None:
    assert seconds_of(written) == 1_738_324_800.0


@pytest.mark.parametrize("written", ["", "yesterday", "2025-01-31T12:00:00", "2025-13-01T00:00:00Z", "1738324800"])
def test_what_names_no_moment_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="not a time such as"):
        seconds_of(written)


def test_what_is_refused_is_told_as_it_was_sent() -> None:
    with pytest.raises(ValueError, match=r"\(Invalid isoformat string: 'yesterday'\)"):
        seconds_of("yesterday")


@pytest.mark.parametrize(
    "written", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59.9999999Z"]
)
def test_a_moment_that_cannot_be_written_in_utc_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="not a time such as"):
        seconds_of(written)


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.000000Z"])
def test_the_ends_of_the_calendar_are_moments(written: str) -> None:
    assert rfc3339(seconds_of(written)) == written


def test_a_time_is_written_in_utc_to_the_microsecond() -> None:
    assert rfc3339(1_738_324_800.125) == "2025-01-31T12:00:00.125000Z"


def test_a_written_time_is_read_back_and_written_the_same() -> None:
    written = rfc3339(1_738_324_800.123457)
    assert rfc3339(seconds_of(written)) == written
