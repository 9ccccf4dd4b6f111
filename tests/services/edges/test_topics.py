"""The table of topics is the one that users were promised."""

from __future__ import annotations

import pytest

from services.edges import topics
from services.edges.topics import TOPICS, Topic, topic

DAY = 86_400.0


def test_every_name_has_its_topic() -> None:
    names = {value for name, value in vars(topics).items() if name.isupper() and isinstance(value, str)}

    assert names == set(TOPICS)
    assert all(topic(name).name == name for name in names)


def test_all_but_texts_have_one_partition() -> None:
    assert {name: topic.partitions for name, topic in TOPICS.items() if topic.partitions != 1} == {"texts": 4}


def test_queues_outcomes_states_and_dead_letters_keep_the_last_record_of_a_key() -> None:
    compacted = {name for name, topic in TOPICS.items() if topic.compacted}

    assert compacted == {"label-requests", "label-outcomes", "learner-state", "intake-state", "dead-letters"}


def test_commands_are_kept_for_good_and_labels_for_a_month() -> None:
    assert topic("commands") == Topic("commands")
    assert topic("labels") == Topic("labels", retention_seconds=30 * DAY)


def test_an_unknown_name_is_shown_beside_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no topic 'label'; there are texts, items, .*, dead-letters"):
        topic("label")
