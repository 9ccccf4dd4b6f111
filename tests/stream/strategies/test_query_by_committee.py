"""What members think -> disagreements by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies import STRATEGIES
from stream.strategies.bald import Bald
from stream.strategies.consensus_entropy import ConsensusEntropy
from stream.strategies.disagreement import consensus, divergences
from stream.strategies.kl_to_consensus import KLToConsensus
from stream.strategies.maximum_disagreement import MaximumDisagreement
from stream.strategies.vote_entropy import VoteEntropy

BY_COMMITTEE = [Bald, ConsensusEntropy, KLToConsensus, MaximumDisagreement, VoteEntropy]
CERTAIN, OTHER, UNSURE = [1.0, 0.0], [0.0, 1.0], [0.5, 0.5]


def _scores(make_view: Callable, strategy: type, *rows: list) -> list[float]:
    """Each row is a text: what its members say."""
    members = np.array(rows, np.float64).transpose(1, 0, 2)
    view = make_view(np.full(members.shape[1:], 1 / members.shape[2]), committee=members)
    return strategy().score(view).tolist()


def test_vote_entropy_counts_votes_alone(make_view: Callable) -> None:
    halves, agreed, wavering = [CERTAIN, OTHER], [CERTAIN, CERTAIN], [[0.51, 0.49], [0.49, 0.51]]
    assert _scores(make_view, VoteEntropy, halves, agreed, wavering) == pytest.approx([1.0, 0.0, 1.0])


def test_vote_entropy_is_a_share_of_what_so_few_votes_allow(make_view: Callable) -> None:
    one_each, two_to_one = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], [[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]]
    # log 3 is the most of three votes; two to one makes log 3 - (2/3) log 2.
    assert _scores(make_view, VoteEntropy, one_each, two_to_one) == pytest.approx(
        [1.0, 1 - 2 / 3 * np.log(2, dtype=float) / np.log(3)]
    )


def test_consensus_entropy_is_high_where_all_waver(make_view: Callable) -> None:
    quarter = -(0.25 * np.log2(0.25) + 0.75 * np.log2(0.75))
    rows = [[UNSURE, UNSURE], [CERTAIN, OTHER], [CERTAIN, UNSURE], [CERTAIN, CERTAIN]]
    assert _scores(make_view, ConsensusEntropy, *rows) == pytest.approx([1.0, 1.0, quarter, 0.0])


def test_the_divergence_from_the_consensus_is_low_where_all_waver(make_view: Callable) -> None:
    # Consensus (3/4, 1/4): the certain member diverges by log(4/3), the unsure one by log(2/3)/2 + log(2)/2.
    certain, unsure = np.log(4 / 3), (np.log(2 / 3) + np.log(2)) / 2
    rows = [[UNSURE, UNSURE], [CERTAIN, OTHER], [CERTAIN, UNSURE]]
    assert _scores(make_view, KLToConsensus, *rows) == pytest.approx([0, 1, (certain + unsure) / 2 / np.log(2)])
    assert _scores(make_view, MaximumDisagreement, *rows) == pytest.approx([0, 1, certain / np.log(2)])


def test_maximum_disagreement_hears_a_single_dissenter(make_view: Callable) -> None:
    row = [CERTAIN] * 9 + [OTHER]
    (mean,), (greatest,) = (_scores(make_view, strategy, row) for strategy in (KLToConsensus, MaximumDisagreement))
    assert mean == pytest.approx((0.9 * np.log(1 / 0.9) + 0.1 * np.log(10)) / np.log(10))
    assert greatest == pytest.approx(1.0)


def test_bald_is_what_the_label_tells_about_the_members(make_view: Callable) -> None:
    quarter = -(0.25 * np.log2(0.25) + 0.75 * np.log2(0.75))
    rows = [[UNSURE, UNSURE], [CERTAIN, OTHER], [CERTAIN, UNSURE]]
    assert _scores(make_view, Bald, *rows) == pytest.approx([0.0, 1.0, quarter - 0.5])


def test_bald_is_a_share_of_what_members_or_classes_allow(make_view: Callable) -> None:
    two_of_three = [[1, 0, 0], [0, 1, 0]]
    three_on_two = [CERTAIN, CERTAIN, OTHER]
    assert _scores(make_view, Bald, two_of_three) == pytest.approx([1.0])
    assert _scores(make_view, Bald, three_on_two) == pytest.approx([np.log2(3) - 2 / 3])


def test_bald_and_the_mean_divergence_are_the_same_information(make_view: Callable) -> None:
    members = np.random.default_rng(5).dirichlet(np.ones(4), (3, 20))
    view = make_view(np.full((20, 4), 0.25), committee=members)
    assert Bald().score(view) == pytest.approx(KLToConsensus().score(view))


def test_no_member_diverges_by_more_than_the_logarithm_of_their_number() -> None:
    members = np.eye(5)[:, None, :]
    assert consensus(members).tolist() == [pytest.approx([0.2] * 5)]
    assert divergences(members)[:, 0] == pytest.approx([np.log(5)] * 5)


@pytest.mark.parametrize("strategy", BY_COMMITTEE)
@pytest.mark.parametrize("shape", [(0, 3, 4), (1, 3, 4), (4, 3, 0), (4, 3, 1), (0, 3, 0)])
def test_where_nobody_can_disagree_every_text_is_worth_asking(
    make_view: Callable, strategy: type, shape: tuple[int, int, int]
) -> None:
    view = make_view(np.ones(shape[1:]), committee=np.ones(shape))
    assert strategy().score(view).tolist() == [1.0, 1.0, 1.0]


def test_those_that_ask_a_committee_say_so() -> None:
    assert {strategy for strategy in STRATEGIES.values() if strategy.uses_committee} >= set(BY_COMMITTEE)
    assert not any(STRATEGIES[name].uses_committee for name in ("margin", "random", "typical_margin"))
