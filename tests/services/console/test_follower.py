"""The follower: what it takes from the journal, where it goes on, and when it starts anew."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

from services.console.follower import Follower
from services.edges import batches, states, topics
from services.edges.journal.base import Message
from stream.records import Entry, Verdict
from tests.services.console.worlds import NOW, STATUS, Console, World, decision, outcome, request


def test_decisions_requests_outcomes_and_status_are_followed(console: Console) -> None:
    asked = request("a")
    console.world.decide([decision("a"), decision("b")])
    console.world.ask(asked)
    console.world.tell(outcome(asked.request_id, 12))
    console.world.report(STATUS)
    console.follow()
    assert console.view.decisions(["a", "b"]) == {"a": decision("a"), "b": decision("b")}
    assert console.view.queue(Verdict.ASK, NOW, 9) == [asked.request_id]
    assert console.view.outcomes([12])[12]["outcome"] == "learned"
    assert console.view.state("status") == STATUS


def test_a_tombstone_closes_the_request_and_keeps_what_explains_it(console: Console) -> None:
    console.world.decide([decision("a")])
    console.world.ask(request("a"))
    console.follow()
    console.world.close_request(request("a").request_id)
    console.follow()
    assert console.view.queue(Verdict.ASK, NOW, 9) == []
    explanation = console.view.explain("a")
    assert explanation is not None
    assert explanation.request is not None
    assert (explanation.request["text"], explanation.request_open) == ("the text of a", False)


def test_a_command_whose_id_looks_like_an_answer_changes_no_outcome(console: Console) -> None:
    console.world.tell(outcome("r", 7))
    console.world.journal.append([Message(topics.LABEL_OUTCOMES, None, key=b"command/ann/7")])
    console.follow()
    assert console.view.outcomes([7])[7]["request_id"] == "r"


def test_it_goes_on_where_it_stopped(world: World) -> None:
    first = Console(world)
    world.decide([decision("a")])
    first.follow()
    first.close()
    world.decide([decision("b")])
    again = Console(world)
    assert again.follower.step(0.0) == 1
    assert sorted(again.view.decisions(["a", "b"])) == ["a", "b"]
    again.close()


def test_a_lost_view_is_built_again_from_the_journal(world: World) -> None:
    world.decide([decision("a")])
    first = Console(world)
    first.follow()
    first.close()
    for file in world.directory.glob("console.db*"):
        file.unlink()
    again = Console(world)
    again.follow()
    assert again.view.decisions(["a"]) == {"a": decision("a")}
    again.close()


def test_a_view_that_is_ahead_of_a_journal_put_back_from_a_backup_starts_anew(world: World) -> None:
    ahead = world.view()
    console = Console(world)
    world.decide([decision("a")])
    console.follow()
    assert ahead.positions()[topics.DECISIONS, 0] == 1
    console.close()
    with closing(sqlite3.connect(world.directory / "sluice.db")) as journal, journal:
        journal.execute("DELETE FROM records")
        journal.execute("UPDATE partitions SET next = 0")
    Follower(world.journal, ahead)
    assert ahead.positions() == {}
    assert ahead.decisions(["a"]) == {}
    ahead.close()


def test_records_that_cannot_be_read_and_entries_that_are_not_ours_are_passed_over(console: Console) -> None:
    console.world.journal.append(
        [
            Message(topics.DECISIONS, b"not arrow"),
            Message(topics.LABEL_REQUESTS, b"{}", key=b"r"),
            Message(topics.LABEL_OUTCOMES, b'{"outcome": "done"}', key=b"command/12"),
            Message(topics.LABEL_OUTCOMES, b"{}", key=b"no offset/in/here"),
            Message(topics.LEARNER_STATE, states.encode(Entry({"texts": 1})), key=b"learner"),
            Message(topics.DECISIONS, batches.encode_decisions([decision("a")])),
        ]
    )
    console.follow()
    assert sorted(console.view.decisions(["a"])) == ["a"]
    assert console.view.state("learner") is None


def test_two_followers_of_one_view_take_each_record_once(world: World) -> None:
    one, two = Console(world), Console(world)
    world.decide([decision("a")])
    one.follow()
    two.follow()
    world.decide([decision("b")])
    two.follow()
    one.follow()
    assert len(one.view._rows("SELECT * FROM decisions")) == 2
    one.close()
    two.close()


def test_a_call_gets_its_rows_although_another_follower_was_faster(world: World) -> None:
    slow, fast = Console(world), Console(world)
    world.decide([decision("a")])
    fast.follow()

    async def wait() -> list[str]:
        with slow.follower.decisions.expect(["a"]) as waiting:
            slow.follow()
            return sorted(waiting.rows)

    assert asyncio.run(wait()) == ["a"]
    slow.close()
    fast.close()
