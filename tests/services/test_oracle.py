"""Programs that answer: from known labels, late, sometimes wrong, and never twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from services.edges import batches
from services.edges.datasets import Dataset, Row
from services.edges.journal.base import Message, Positions, Record
from services.edges.journal.sqlite import SqliteJournal
from services.edges.messages import LabelMessage, RequestMessage, Why
from services.oracle import Latency, Mistaken, Oracle, Truth
from stream.records import Decision, Reason, Verdict

NOON = 1_738_324_800.0
DATASET = Dataset(
    "set",
    "0" * 64,
    (
        Row("t1", "where is my card?", "card_arrival", None),
        Row("t2", "same words", "first", None),
        Row("t3", "same words", "second", None),
        Row("t4", "nobody knows", None, None),
    ),
)
TRUTH = Truth.of(DATASET)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with SqliteJournal(tmp_path) as journal:
        yield journal


@pytest.fixture
def clock() -> Clock:
    return Clock()


def make_request(request_id: str, text_id: str = "t1", text: str = "where is my card?") -> RequestMessage:
    return RequestMessage(
        request_id=request_id,
        text_id=text_id,
        text=text,
        why=Why(reason=Reason.AUDIT, utility=0.0, threshold=0.0, strategy="margin"),
        verdict=Verdict.AUDIT,
        asked_at=NOON,
        expires_at=NOON + 100,
    )


def _ask(journal: SqliteJournal, *request_ids: str) -> None:
    journal.append([make_request(request_id).record() for request_id in request_ids])


def _close(journal: SqliteJournal, request_id: str) -> None:
    journal.append([Message("label-requests", None, key=request_id.encode())])


def _decide(journal: SqliteJournal, texts: int) -> None:
    decision = Decision("i", "o", None, 0.0, 0.0, 0.0, Verdict.SKIP, Reason.BELOW_THRESHOLD, 0.0, 0, NOON)
    journal.append([Message("decisions", batches.encode_decisions([decision] * texts))])


def _oracle(journal: SqliteJournal, clock: Clock, latency: Latency = Latency()) -> Oracle:  # noqa: B008  frozen
    return Oracle(journal, TRUTH, latency, clock=clock)


def _answers(journal: SqliteJournal) -> list[LabelMessage]:
    return [LabelMessage.parse(record.value or b"") for record in journal.read({("labels", 0): 0}, 1_000)]


def _answered(journal: SqliteJournal) -> list[str]:
    return [answer.request_id for answer in _answers(journal)]


def test_an_open_request_is_answered_with_the_true_label(journal: SqliteJournal, clock: Clock) -> None:
    _ask(journal, "r1")
    assert _oracle(journal, clock).step(0) == 2
    assert _answers(journal) == [
        LabelMessage(request_id="r1", label="card_arrival", reviewer="oracle", answered_at=NOON)
    ]


def test_the_id_is_looked_up_before_the_words_and_the_first_of_equal_words_counts() -> None:
    assert TRUTH.answer(make_request("r", "t3", "same words")) == "second"
    assert TRUTH.answer(make_request("r", "c/t/0/9", "same words")) == "first"
    assert TRUTH.answer(make_request("r", "t1", "same words")) == "card_arrival"


def test_what_is_not_known_stays_open_for_others(journal: SqliteJournal, clock: Clock) -> None:
    journal.append([make_request("r1", "t4", "nobody knows").record(), make_request("r2", "t9", "unheard of").record()])
    oracle = _oracle(journal, clock)
    assert oracle.step(0) == 2
    assert (_answers(journal), oracle.waiting) == ([], 0)


def test_a_request_is_answered_once_however_often_it_is_looked_at(journal: SqliteJournal, clock: Clock) -> None:
    oracle = _oracle(journal, clock)
    for _ in range(2):
        _ask(journal, "r1")
        oracle.step(0)
    assert oracle.step(0) == 0
    assert _answered(journal) == ["r1"]


def test_closed_requests_are_not_answered(journal: SqliteJournal, clock: Clock) -> None:
    oracle = _oracle(journal, clock, Latency(seconds=10))
    _ask(journal, "r1", "r2")
    oracle.step(0)
    _close(journal, "r1")
    clock.now += 10
    oracle.step(0)
    assert _answered(journal) == ["r2"]


def test_expired_requests_are_not_answered(journal: SqliteJournal, clock: Clock) -> None:
    _ask(journal, "r1")
    clock.now += 100
    _oracle(journal, clock).step(0)
    assert _answered(journal) == []


def test_a_restart_answers_only_what_is_still_open(journal: SqliteJournal, clock: Clock) -> None:
    _ask(journal, "r1", "r2")
    _oracle(journal, clock).step(0)
    _close(journal, "r1")
    _oracle(journal, clock).step(0)
    assert _answered(journal) == ["r1", "r2", "r2"]


def test_an_answer_may_take_seconds(journal: SqliteJournal, clock: Clock) -> None:
    oracle = _oracle(journal, clock, Latency(seconds=5))
    _ask(journal, "r1")
    for now, answered in ((NOON, []), (NOON + 4.9, []), (NOON + 5, ["r1"])):
        clock.now = now
        oracle.step(0)
        assert _answered(journal) == answered


def test_an_answer_may_take_texts(journal: SqliteJournal, clock: Clock) -> None:
    _decide(journal, 50)
    oracle = _oracle(journal, clock, Latency(texts=10))
    _ask(journal, "r1")
    for texts, answered in ((1, []), (8, []), (1, ["r1"])):
        _decide(journal, texts)
        oracle.step(0)
        assert _answered(journal) == answered
    assert oracle.waiting == 0


def test_at_the_end_all_that_waits_is_answered(journal: SqliteJournal, clock: Clock) -> None:
    oracle = _oracle(journal, clock, Latency(texts=10))
    _ask(journal, "r1", "r2")
    oracle.step(0)
    assert oracle.finish() == 2
    assert oracle.finish() == 0
    assert _answered(journal) == ["r1", "r2"]


def test_many_requests_are_all_read_before_the_first_is_answered(journal: SqliteJournal, clock: Clock) -> None:
    _ask(journal, *[f"r{number}" for number in range(600)])
    oracle = _oracle(journal, clock)
    assert oracle.step(0) == 500
    assert _answers(journal) == []
    _close(journal, "r0")
    while oracle.step(0):
        pass
    assert sorted(_answered(journal)) == sorted(f"r{number}" for number in range(1, 600))


class Slow:
    """Knows all answers; ``then`` is what happens while it looks for one."""

    def __init__(self, then: Callable[[RequestMessage], None]) -> None:
        self.then = then
        self.asked: list[str] = []

    def answer(self, request: RequestMessage) -> str:
        self.asked.append(request.request_id)
        self.then(request)
        return "card_arrival"


def test_one_at_a_time_each_answer_is_written_before_the_next_is_looked_for(
    journal: SqliteJournal, clock: Clock
) -> None:
    _ask(journal, "r1", "r2", "r3")
    written = []
    source = Slow(lambda _: written.append(_answered(journal)))
    Oracle(journal, source, Latency(), at_a_time=1, clock=clock).run_once(Event())
    assert written == [[], ["r1"], ["r1", "r2"]]
    assert _answered(journal) == ["r1", "r2", "r3"]


def test_one_at_a_time_what_is_closed_or_expires_meanwhile_is_not_looked_for(
    journal: SqliteJournal, clock: Clock
) -> None:
    _ask(journal, "r1", "r2")
    journal.append([make_request("r3").model_copy(update={"expires_at": NOON + 1}).record()])
    _ask(journal, "r4")

    def pass_time(_: RequestMessage) -> None:
        clock.now += 1
        _close(journal, "r2")

    source = Slow(pass_time)
    Oracle(journal, source, Latency(), at_a_time=1, clock=clock).run_once(Event())
    assert source.asked == ["r1", "r4"]
    assert _answered(journal) == ["r1", "r4"]


class Noted(SqliteJournal):
    """Which notes how long it was to wait, and does not."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.waits: list[float] = []

    def read(self, positions: Positions, limit: int, wait: float = 0.0) -> list[Record]:
        self.waits.append(wait)
        return super().read(positions, limit)


def test_one_at_a_time_it_waits_for_news_only_once_nothing_is_due(tmp_path: Path, clock: Clock) -> None:
    with Noted(tmp_path) as journal:
        _ask(journal, "r1", "r2")
        oracle = Oracle(journal, TRUTH, Latency(), at_a_time=1, clock=clock)
        for _ in range(3):
            oracle.step(30.0)
        assert journal.waits == [30.0, 0.0, 30.0]


def test_asked_to_stop_it_looks_for_no_more_answers(journal: SqliteJournal, clock: Clock) -> None:
    for run in (Oracle.run, Oracle.run_once):
        stop = Event()
        source = Slow(lambda _, stop=stop: stop.set())  # type: ignore[misc]
        _ask(journal, "r1", "r2", "r3")
        oracle = Oracle(journal, source, Latency(), at_a_time=1, clock=clock)
        run(oracle, stop)
        assert (source.asked, oracle.answered) == (["r1"], 1)


def test_all_that_is_open_is_answered_at_once_though_it_is_not_due(journal: SqliteJournal, clock: Clock) -> None:
    _ask(journal, "r1", "r2")
    _oracle(journal, clock, Latency(seconds=5)).run_once(Event())
    assert _answered(journal) == ["r1", "r2"]


def test_an_unreadable_request_is_passed_over(journal: SqliteJournal, clock: Clock) -> None:
    journal.append([Message("label-requests", b"{", key=b"r0"), make_request("r1").record()])
    _oracle(journal, clock).step(0)
    assert _answered(journal) == ["r1"]


def test_mistakes_have_the_share_asked_for_and_are_always_another_class() -> None:
    classes = ("card_arrival", "lost", "refund")
    mistaken = Mistaken(TRUTH, classes, share=0.25, seed=3)
    answers = [mistaken.answer(make_request("r1", f"text {number}")) for number in range(4_000)]
    wrong = [answer for answer in answers if answer != "card_arrival"]
    assert 900 < len(wrong) < 1_100
    assert 0.45 < wrong.count("lost") / len(wrong) < 0.55
    assert set(wrong) == {"lost", "refund"}


def test_a_text_is_mistaken_the_same_way_in_every_request_and_another_seed_differs() -> None:
    def answers(seed: int, request_id: str) -> list[str | None]:
        mistaken = Mistaken(TRUTH, ("card_arrival", "lost"), 0.5, seed)
        return [mistaken.answer(make_request(request_id, f"text {number}")) for number in range(50)]

    assert answers(1, "r1") == answers(1, "r2")
    assert answers(1, "r1") != answers(2, "r1")


def test_without_mistakes_or_without_another_class_the_truth_is_told() -> None:
    request = make_request("r1")
    assert Mistaken(TRUTH, ("card_arrival", "lost"), 0.0, 0).answer(request) == "card_arrival"
    assert Mistaken(TRUTH, ("card_arrival",), 1.0, 0).answer(request) == "card_arrival"
    assert Mistaken(TRUTH, ("card_arrival", "lost"), 1.0, 0).answer(request) == "lost"


def test_what_is_not_known_is_not_mistaken_either() -> None:
    assert Mistaken(TRUTH, ("a", "b"), 1.0, 0).answer(make_request("r1", "t4", "nobody knows")) is None
