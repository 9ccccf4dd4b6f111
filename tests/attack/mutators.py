"""A seed -> good and malformed records of `texts`, without end: the same for the same seed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

from services.edges.journal.base import Headers

_WORDS = ["where", "is", "my", "card", "refund", "please", "the", "transfer", "überweisung", "карта", "卡", "fee", "🙂"]
_GOOD_SHARE = 0.25


class Attack(NamedTuple):
    """A record and the mutator that made it; ``certain``: it cannot be a text, so that it must become a dead letter."""

    name: str
    value: bytes | None
    headers: Headers
    certain: bool


Made = bytes | tuple[bytes | None, Headers] | None
_Mutator = Callable[[Random], Made]


def records(seed: int) -> Iterator[Attack]:
    """One in four is good, under the name ``good``."""
    random = Random(seed)
    names = list(MUTATORS)
    while True:
        if random.random() < _GOOD_SHARE:
            yield Attack("good", _dumped(good(random)), (), False)
            continue
        name = random.choice(names)
        made, certain = MUTATORS[name][0](random), MUTATORS[name][1]
        value, headers = made if isinstance(made, tuple) else (made, ())
        yield Attack(name, value, headers, certain)


def good(random: Random) -> dict[str, Any]:
    """The fields of a text message."""
    fields: dict[str, Any] = {"text": " ".join(random.choices(_WORDS, k=random.randint(1, 12)))}
    if random.random() < 0.3:
        fields["source"] = random.choice(["mail", "chat"])
    return fields


def _dumped(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()


def _with(random: Random, **fields: Any) -> bytes:
    return _dumped(good(random) | fields)


def _behind(random: Random, raw: bytes) -> bytes:
    """A good message with one more field, written as it is."""
    return _dumped(good(random))[:-1] + b', "more": ' + raw + b"}"


def _bit_flips(random: Random) -> bytes:
    value = bytearray(_dumped(good(random)))
    for _ in range(random.randint(1, 8)):
        value[random.randrange(len(value))] ^= 1 << random.randrange(8)
    return bytes(value)


def _truncated(random: Random) -> bytes:
    value = _dumped(good(random))
    return value[: random.randrange(len(value))]


def _wrong_types(random: Random) -> bytes:
    return _with(random, text=random.choice([7, 0.5, True, [], ["lost card"], {}, {"text": "lost card"}]))


def _not_finite(random: Random) -> bytes:
    return _behind(random, random.choice([b"NaN", b"Infinity", b"-Infinity", b'[1, {"x": NaN}]']))


def _deep(random: Random) -> bytes:
    depth, (begin, end) = random.choice([201, 1_000, 20_000]), random.choice([(b"[", b"]"), (b'{"x":', b"}")])
    return _behind(random, begin * depth + b"1" + end * depth)


def _huge_numbers(random: Random) -> bytes:
    return _behind(random, b"9" * random.choice([5_000, 5_000, 50_000]))


def _surrogates(random: Random) -> bytes:
    return b'{"text": "lost \\ud%x00 card"}' % random.randint(0x8, 0xF)


def _invalid_utf8(random: Random) -> bytes:
    value = _dumped(good(random))
    odd = random.choice([b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82"])
    return value[:10] + odd + b" " + value[10:]


def _byte_order_marks(random: Random) -> bytes:
    mark = random.choice([b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"])
    return mark * random.randint(1, 3) + _dumped(good(random))


def _nul(random: Random) -> bytes:
    value = _dumped(good(random))
    place = random.randrange(1, len(value))
    return value[:place] + bytes(random.randint(1, 9)) + value[place:]


def _repeated_fields(random: Random) -> bytes:
    return _behind(random, b'1, "more": 2')


def _cloud_events(random: Random) -> tuple[bytes | None, Headers]:
    event = {"specversion": "1.0", "id": "1", "source": "shop", "type": "text"}
    part = random.choice([{}, {"data": 7}, {"data": []}, {"data": {"words": "lost"}}, {"data": None}, {"data": ""}])
    if random.random() < 0.5:
        return _dumped(event | part), ()
    binary = (("ce_specversion", b"1.0"), ("ce_time", b"soon"), ("ce_id", b"\xff"))
    return _dumped(good(random)), binary


def _wrong_base64(random: Random) -> bytes:
    packed = base64.b64encode(_dumped(good(random))).decode()
    data: Any = random.choice([packed[:-1] + "*", "=" + packed, 7, [packed], base64.b64encode(b"\xff\xfe").decode()])
    return _dumped({"specversion": "1.0", "data_base64": data})


def _giant_strings(random: Random) -> bytes:
    return _with(random, text=random.choice("aä🙂") * random.choice([10_001] * 9 + [200_000]))


def _giant_fields(random: Random) -> bytes:
    field = random.choice(["id", "source", "label"])
    return _with(random, **{field: "x" * random.choice([5_000] * 9 + [300_000])})


def _giant_headers(random: Random) -> tuple[bytes | None, Headers]:
    return _truncated(random), tuple((f"h{place}", bytes(random.randint(0, 4_000))) for place in range(5))


def _nothing(random: Random) -> bytes | None:
    return random.choice(
        [None, b"", b" ", b"\n\n", b'{"text": ""}', b'{"text": " \\u2003 "}', b"{}", b"[]", b"\xef\xbb\xbf"]
    )


def _wrong_times(random: Random) -> bytes:
    return _with(random, time=random.choice(["soon", "2026-13-01T00:00:00Z", "2026-01-01", 1e400, [], "9" * 40]))


def _other_versions(random: Random) -> bytes:
    return _with(random, schema_version=random.choice([0, 2, 99, -1, "2", 1.5, None]))


def _more_behind(random: Random) -> bytes:
    return _dumped(good(random)) + random.choice([b"{}", b"]", b",", b"x", _dumped(good(random))])


def _spliced(random: Random) -> bytes:
    first, second = _dumped(good(random)), _bit_flips(random)
    return first[: random.randrange(len(first))] + second[random.randrange(len(second)) :]


def _noise(random: Random) -> bytes:
    return random.randbytes(random.randint(0, 300))


MUTATORS: Mapping[str, tuple[_Mutator, bool]] = {
    "bit flips": (_bit_flips, False),
    "truncated": (_truncated, True),
    "wrong types": (_wrong_types, True),
    "not finite": (_not_finite, True),
    "deep": (_deep, True),
    "huge numbers": (_huge_numbers, False),
    "surrogates": (_surrogates, True),
    "invalid UTF-8": (_invalid_utf8, True),
    "byte order marks": (_byte_order_marks, False),
    "NUL": (_nul, True),
    "repeated fields": (_repeated_fields, True),
    "cloud events": (_cloud_events, True),
    "wrong base64": (_wrong_base64, True),
    "giant strings": (_giant_strings, True),
    "giant fields": (_giant_fields, True),
    "giant headers": (_giant_headers, True),
    "nothing": (_nothing, True),
    "wrong times": (_wrong_times, True),
    "other versions": (_other_versions, False),
    "more behind": (_more_behind, True),
    "spliced": (_spliced, False),
    "noise": (_noise, False),
}
"""Each with whether nothing that it makes is a text."""
