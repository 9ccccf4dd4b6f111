"""Every peer for real, on a stream so small and plain that it must learn it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from services.edges import peers
from services.edges.peers import base, scikit_activeml
from services.edges.peers import river as river_peer
from services.edges.peers.river import RiverSampler
from stream import exact
from stream.backtest import Labelled, Run, put_to_test
from stream.records import Floats
from stream.scenario import Scenario

CLASSES = ("east", "north", "west")
EVERY = [f"river/{each}" for each in river_peer.CONFIGURATIONS] + [
    f"scikit-activeml/{each}" for each in scikit_activeml.CONFIGURATIONS
]
# On 90 texts the density strategies and the fixed threshold may ask about too few to learn all classes.
SHY = ("density", "cognitive", "fixed")


def three_places(texts: int) -> Labelled:
    """Texts around three axes of eight."""
    rng = np.random.default_rng(0)
    order = rng.integers(0, 3, texts)
    embeddings = exact.unit(np.eye(8)[order] + rng.normal(0, 0.1, (texts, 8)))
    return Labelled([f"text {text}" for text in range(texts)], [CLASSES[each] for each in order], embeddings)


def run(name: str, *, budget: str = "0.4", capped: bool = True, seed: int = 0) -> Run:
    scenario = Scenario(Fraction(budget), latency=3)
    subject = peers.build(name, CLASSES, Fraction(budget), seed, capped=capped)
    return put_to_test(three_places(120), scenario, subject, seed, lambda _texts: None)


@pytest.mark.parametrize("name", EVERY)
def test_a_peer_learns_a_plain_stream_within_the_budget(name: str) -> None:
    done = run(name)

    assert done.max_overspend == 0
    assert done.asked <= 36
    if not any(word in name for word in SHY):
        assert done.asked > 5
        assert done.test_accuracy > 0.8


def test_without_the_cap_a_peer_spends_what_it_likes() -> None:
    free, capped = (run("river/softmax", budget="0.1", capped=each) for each in (False, True))

    assert free.max_overspend > 0
    assert capped.max_overspend == 0
    assert free.asked > capped.asked


@pytest.mark.parametrize("name", ["river/softmax", "scikit-activeml/split/parzen_window"])
def test_the_same_seed_runs_the_same_course(name: str) -> None:
    assert run(name, seed=3) == run(name, seed=3)


@pytest.mark.parametrize("configuration", river_peer.CONFIGURATIONS)
def test_rivers_predictions_from_its_weights_are_its_own(configuration: str) -> None:
    data = three_places(60)
    peer = river_peer.build(configuration, CLASSES, 0.1, seed=0)
    assert isinstance(peer, RiverSampler)
    peer.learn(data.embeddings[:30], data.labels[:30])

    own = [peer._model.predict_one(dict(enumerate(row.tolist()))) for row in data.embeddings[30:]]
    assert peer.predict(data.embeddings[30:]) == own


class Greedy(base.Peer):
    """Asks about everything, and notes what it was told."""

    def __init__(self) -> None:
        self.told: list[bool] = []

    def wants(self, embedding: Floats) -> bool:
        return True

    def settle(self, embedding: Floats, asked: bool) -> None:
        self.told.append(asked)

    def learn(self, embeddings: Floats, labels: object) -> None: ...

    def predict(self, embeddings: Floats) -> list[str | None]:
        return [None] * len(embeddings)


def test_a_request_beyond_the_budget_is_refused_and_the_peer_is_told() -> None:
    peer = Greedy()
    subject = base.Capped(peer, Fraction(1, 4))
    seen = subject.observe(["a"] * 9, np.zeros((9, 2), np.float32), 0)

    assert seen.asked == [3, 7]
    assert peer.told == [False, False, False, True, False, False, False, True, False]
    assert subject.refused == 7


def test_a_library_stands_for_its_usual_configurations_and_all_for_every_one() -> None:
    assert len(peers.configurations("scikit-activeml")) == 6
    assert peers.configurations("scikit-activeml:all") == [
        f"scikit-activeml/{e}" for e in scikit_activeml.CONFIGURATIONS
    ]
    assert peers.configurations("scikit-activeml/split/parzen_window") == ["scikit-activeml/split/parzen_window"]
    with pytest.raises(base.PeerError, match="there is no peer 'magic'; there are scikit-activeml, river"):
        peers.configurations("magic")
    with pytest.raises(base.PeerError, match="river has no 'magic'; there are softmax"):
        peers.configurations("river/magic")


def test_a_peer_that_is_not_installed_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(peers.PEERS, "gone", "no_such_file")  # type: ignore[misc]

    with pytest.raises(
        base.PeerError, match=r"gone needs the package .*: .venv/bin/pip install -e '\.\[compare\]' in the checkout"
    ):
        peers.configurations("gone")
