"""What the view keeps, for how long, and when it starts anew."""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from services.console.follower import identities
from services.console.news import News, OutcomeRow, RequestRow
from services.console.schema import ViewDamaged, ViewError
from services.console.view import FILE, View
from stream.records import Verdict
from tests.services.console.worlds import NOW, World, decision, spoil

IDENTITIES = {"decisions": "cluster/one"}
START = {("decisions", 0): 0}


def view_of(directory: Path, kept: int = 100, **identities_: str) -> View:
    return View(directory / FILE, identities_ or IDENTITIES, kept)


def row(request_id: str, utility: float = 0.5, verdict: str = "ASK", asked_at: float = NOW) -> RequestRow:
    return RequestRow(request_id, f"text of {request_id}", verdict, utility, asked_at, NOW + 10.0, '{"text": "a"}')


def save(view: View, news: News, first: int = 0) -> None:
    assert view.save(news, {("decisions", 0): first}, {("decisions", 0): first + 1})


def test_rows_and_positions_are_still_there_when_it_is_opened_again(tmp_path: Path) -> None:
    view = view_of(tmp_path)
    save(view, News(decisions=[decision("a")], state={"status": {"texts": 5}}))
    view.close()
    again = view_of(tmp_path)
    assert again.positions() == {("decisions", 0): 1}
    assert again.decisions(["a", "b"]) == {"a": decision("a")}
    assert again.state("status") == {"texts": 5}
    again.close()


def test_a_view_of_another_journal_is_emptied(tmp_path: Path) -> None:
    view = view_of(tmp_path)
    save(view, News(decisions=[decision("a")]))
    view.close()
    other = view_of(tmp_path, decisions="cluster/two")
    assert (other.positions(), other.decisions(["a"])) == ({}, {})
    other.close()


def test_the_oldest_decisions_go_first_and_no_more_are_kept_than_asked_for(tmp_path: Path) -> None:
    view = view_of(tmp_path, kept=3)
    save(view, News(decisions=[decision(str(n), decided_at=NOW + n) for n in range(5)]))
    assert sorted(view.decisions(map(str, range(5)))) == ["2", "3", "4"]
    assert view.decided_since() == NOW + 2
    view.close()


def test_closed_requests_are_bounded_and_open_ones_are_never_dropped(tmp_path: Path) -> None:
    view = view_of(tmp_path, kept=2)
    names = [f"r{n}" for n in range(6)]
    save(view, News(requests=[(name, row(name)) for name in names] + [(name, None) for name in names[1:5]]))
    assert view.queue(Verdict.ASK, NOW, 10) == ["r0", "r5"]
    assert view._rows("SELECT request_id FROM requests ORDER BY sequence") == [("r0",), ("r4",), ("r5",)]
    view.close()


def test_the_first_decision_about_an_id_is_the_one_that_counts(tmp_path: Path) -> None:
    view = view_of(tmp_path)
    save(view, News(decisions=[decision("a", utility=0.1), decision("a", utility=0.9)]))
    assert view.decisions(["a"])["a"].utility == 0.1
    view.close()


def test_numbers_that_are_not_finite_survive(tmp_path: Path) -> None:
    view = view_of(tmp_path)
    save(view, News(decisions=[decision("a", threshold=math.inf, utility=math.nan, label=None)]))
    found = view.decisions(["a"])["a"]
    assert (found.threshold, found.label) == (math.inf, None)
    assert math.isnan(found.utility)
    view.close()


def test_what_another_follower_took_is_not_taken_again(tmp_path: Path) -> None:
    one, two = view_of(tmp_path), view_of(tmp_path)
    save(one, News(decisions=[decision("a")]))
    assert not two.save(News(decisions=[decision("a")]), START, {("decisions", 0): 1})
    assert len(two._rows("SELECT * FROM decisions")) == 1
    one.close()
    two.close()


def test_asks_are_queued_by_utility_and_audits_by_age_until_they_expire(tmp_path: Path) -> None:
    view = view_of(tmp_path)
    asks = [row("low", 0.2), row("high", 0.9)]
    audits = [row("late", 0.9, "AUDIT", NOW + 1), row("early", 0.1, "AUDIT", NOW)]
    save(view, News(requests=[(each.request_id, each) for each in asks + audits]))
    assert view.queue(Verdict.ASK, NOW, 10) == ["high", "low"]
    assert view.queue(Verdict.AUDIT, NOW, 10) == ["early", "late"]
    assert view.queue(Verdict.ASK, NOW + 10.0, 10) == []
    view.close()


def test_a_forgotten_outcome_takes_the_text_of_its_request_with_it(tmp_path: Path) -> None:
    view = view_of(tmp_path)
    asked = News(decisions=[decision("text of r")], requests=[("r", row("r")), ("r", None)])
    asked.outcomes = [(7, OutcomeRow(7, "r", '{"outcome": "learned"}'))]
    save(view, asked)
    assert view.explain("r") is not None
    save(view, News(outcomes=[(7, None)]), first=1)
    assert view._rows("SELECT * FROM requests") == []
    assert view.outcomes([7]) == {}
    view.close()


def test_a_forgotten_request_leaves_no_byte_though_it_was_open(tmp_path: Path) -> None:
    view = view_of(tmp_path)
    asked = News(requests=[("r", row("r")._replace(message='{"text": "secret words"}')), ("s", row("s"))])
    save(view, asked)
    assert b"secret words" in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    save(view, News(requests=[("r", None)], forgotten=["r"]), first=1)

    assert [request_id for (request_id,) in view._rows("SELECT request_id FROM requests")] == ["s"]
    assert b"secret words" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    view.close()


def test_a_text_is_explained_by_its_id_its_origin_or_its_request(tmp_path: Path) -> None:
    view = view_of(tmp_path)
    news = News(decisions=[decision("text of r"), decision("other")], requests=[("r", row("r"))])
    news.outcomes = [(7, OutcomeRow(7, "r", '{"outcome": "held"}'))]
    save(view, news)
    explanation = view.explain("r")
    assert explanation == view.explain("text of r") == view.explain("cluster/topic/0/text of r")
    assert explanation is not None
    assert (explanation.request, explanation.request_open) == ({"text": "a"}, True)
    assert explanation.outcomes == [{"outcome": "held"}]
    assert view.explain("other") == (decision("other"), None, False, [])
    assert view.explain("unknown") is None
    view.close()


def test_another_programs_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"holiday pictures" * 100)
    with pytest.raises(ViewError, match="move it away"):
        view_of(tmp_path)
    assert (tmp_path / FILE).read_bytes() == b"holiday pictures" * 100


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / FILE)
    other.execute("CREATE TABLE pictures (name)")
    other.close()
    with pytest.raises(ViewError, match="another program"):
        view_of(tmp_path)
    with sqlite3.connect(tmp_path / FILE) as kept:
        assert kept.execute("SELECT name FROM sqlite_master").fetchall() == [("pictures",)]
    kept.close()


def test_the_identities_are_those_of_the_followed_topics(world: World) -> None:
    assert identities(world.journal)["decisions"] == world.journal.identity("decisions")


def test_a_file_that_may_not_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(ViewError, match=r"console.db cannot be opened .*may this user write it"):
        view_of(tmp_path)


def test_damage_is_told_by_who_reads_and_by_who_writes(tmp_path: Path) -> None:
    with closing(view_of(tmp_path)) as view:
        save(view, News(decisions=[decision(f"text {number}") for number in range(1_000)]))
    spoil(tmp_path / FILE)
    with closing(view_of(tmp_path)) as view:
        with pytest.raises(ViewDamaged, match=r"console.db is damaged .*move it away"):
            view.explain("cluster/topic/0/unknown")
        with pytest.raises(ViewDamaged, match=r"console.db is damaged .*move it away"):
            view.clear()
        assert not view._writer.in_transaction


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    with closing(view_of(tmp_path)) as view:
        view._writer.execute("PRAGMA max_page_count = 2")
        with pytest.raises(ViewError, match=r"console.db .*disk is full.*free some space"):
            save(view, News(decisions=[decision(f"text {number}") for number in range(1_000)]))
        assert not view._writer.in_transaction
