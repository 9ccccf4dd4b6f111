"""Files of labelled texts, whole and broken."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
from pathlib import Path

import pytest

from services.edges import datasets
from services.edges.datasets import DatasetError, Row

JSON_LINES = b"""{"id": "a", "text": "hello", "label": "greeting", "ts": "2025-01-31T12:00:00"}

{"id": "b", "text": "bye", "label": "parting", "time": "2025-01-31T13:00:00+01:00"}
"""
CSV = b"""id,text,label,ts
a,hello,greeting,2025-01-31T12:00:00
b,bye,parting,2025-01-31T12:00:00Z
"""
ROWS = (Row("a", "hello", "greeting", 1_738_324_800.0), Row("b", "bye", "parting", 1_738_324_800.0))


def _file(tmp_path: Path, content: bytes, name: str = "set.jsonl") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("set.jsonl", JSON_LINES),
        ("set.ndjson", b"\xef\xbb\xbf" + JSON_LINES),
        ("set.jsonl.gz", gzip.compress(JSON_LINES, mtime=0)),
        ("set.csv", CSV),
        ("set.csv", b"\xef\xbb\xbf" + CSV.replace(b"\n", b"\r\n")),
        ("set.csv.gz", gzip.compress(CSV, mtime=0)),
        ("set.csv", CSV.replace(b",", b";")),
        ("set.csv", CSV.replace(b",", b"\t")),
        ("set.TSV", CSV.replace(b",", b"\t")),
        ("set.CSV.GZ", gzip.compress(CSV, mtime=0)),
        ("set.JSONL", JSON_LINES),
    ],
)
def test_the_same_rows_come_from_every_kind_of_file(tmp_path: Path, name: str, content: bytes) -> None:
    found = datasets.load(_file(tmp_path, content, name), labelled=True)
    assert found.rows == ROWS
    assert (found.name, found.classes) == ("set", ("greeting", "parting"))


def test_fields_may_have_other_names(tmp_path: Path) -> None:
    path = _file(tmp_path, b'{"body": "hello", "kind": 3}')
    (row,) = datasets.load(path, text_field="body", label_field="kind", labelled=True).rows
    assert (row.text, row.label) == ("hello", "3")


def test_a_row_without_id_is_named_by_the_files_hash_and_its_number(tmp_path: Path) -> None:
    content = b'{"text": "one"}\n{"text": "two"}\n'
    digest = hashlib.sha256(content).hexdigest()
    found = datasets.load(_file(tmp_path, content))
    assert found.digest == digest
    assert [row.id for row in found.rows] == [f"{digest[:16]}-0", f"{digest[:16]}-1"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", b'{"request_id": "1", "skip": true, "text": "a"}\n{"request_id": "2", "label": "x", "text": ""}\n'),
        ("a.csv", b"request_id,label,skip,text\n1,,true,a\n2,x,false,\n"),
    ],
)
def test_answers_that_skip_or_have_no_text_are_passed_over_and_counted(
    tmp_path: Path, name: str, content: bytes
) -> None:
    with pytest.raises(DatasetError, match="no rows but skips, and answers without a text"):
        datasets.load(_file(tmp_path, content, name), labelled=True)
    more = b"3,y,false,b\n" if name == "a.csv" else b'{"request_id": "3", "label": "y", "text": "b"}\n'
    found = datasets.load(_file(tmp_path, content + more, name), labelled=True)
    assert (found.passed_over, [(row.text, row.label) for row in found.rows]) == (2, [("b", "y")])


def test_rows_may_lack_labels_unless_they_are_needed(tmp_path: Path) -> None:
    path = _file(tmp_path, b'text,label\n"hello, you",\n', "set.csv")
    assert datasets.load(path).rows[0].label is None
    with pytest.raises(DatasetError, match="line 2: 'label' names no class: name one, or leave the row out"):
        datasets.load(path, labelled=True)
    path = _file(tmp_path, b'{"text": "hello", "kind": "greeting"}')
    with pytest.raises(DatasetError, match="line 1: no 'label'; there are 'text', 'kind': choose with --label-field"):
        datasets.load(path, labelled=True)


def test_white_space_around_a_label_is_no_part_of_it(tmp_path: Path) -> None:
    found = datasets.load(_file(tmp_path, b'text,label\na, x\nb,"x\t"\nc,x y\n', "set.csv"), labelled=True)
    assert found.classes == ("x", "x y")


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("set.jsonl", b'{"text": "a"}\n{"text"', "line 2: not JSON"),
        ("set.jsonl", b'{"text": "a"}\n' + b"[" * 10_000, "line 2: not JSON"),
        ("set.jsonl", b'{"text": "a"}\n["b"]', "line 2: not a JSON object"),
        ("set.jsonl", b'{"body": "a"}', "line 1: no 'text'; there are 'body': choose with --text-field"),
        ("set.jsonl", b"{}", "line 1: no 'text'; the row is empty"),
        ("set.jsonl", b'{"text": " "}', "line 1: 'text' holds no text"),
        ("set.jsonl", b'{"text": 5}', "line 1: 'text' holds no text"),
        ("set.jsonl", b'{"text": "a", "label": ["b"]}', "line 1: 'label' is neither"),
        ("set.jsonl", b'{"text": "a", "label": true}', "line 1: 'label' is neither a string nor a whole number"),
        ("set.jsonl", b'{"text": "a", "label": "' + b"x" * 201 + b'"}', "line 1: 'label' has 201 characters"),
        ("set.jsonl", b'{"text": "a", "label": " "}', "line 1: 'label' names no class"),
        ("set.jsonl", b'{"text": "a", "ts": "soon"}', "line 1: not a time"),
        ("set.jsonl", b'{"text": "a", "ts": 5}', "line 1: the time is not"),
        ("set.jsonl", b'{"text": "a", "id": 1}\n{"text": "b", "id": "1"}', "line 2: id '1' was used before"),
        ("set.jsonl", b'{"text": "\xff"}', "not UTF-8"),
        ("set.csv", "text\n\u00e9".encode("cp1252"), r"not UTF-8 \(byte 5\): save it as UTF-8"),
        ("set.jsonl.bz2", bz2.compress(JSON_LINES), "must end in .jsonl or .csv, or in .tsv, also with .gz: convert"),
        ("set.csv.xz", lzma.compress(CSV), "must end in .jsonl or .csv"),
        ("set.parquet", b"PAR1\xff", "must end in .jsonl or .csv"),
        ("set.jsonl", b"\n", "no rows"),
        ("set.csv", b"text,label\n", "no rows"),
        ("set.csv", b"text,label,label\na,x,y\n", "line 1: 'label' names more than one column"),
        ("set.csv", b"text\na,b\n", "line 2: more columns"),
        ("set.csv", b"text;label\na;b;c\n", "line 2: more columns"),
        ("set.csv", b'text\na\n"b\n', "line 3: not CSV"),
        ("set.csv", b"text\n" + b"x" * 200_000, "line 2: not CSV"),
        ("set.jsonl.gz", b"plain", "not a whole gzip file"),
        ("set.jsonl.gz", gzip.compress(JSON_LINES, mtime=0)[:-9], "not a whole gzip file"),
        ("set.jsonl.gz", gzip.compress(JSON_LINES, mtime=0)[:20] + b"x" * 20, "not a whole gzip file"),
        ("set.txt", b"hello", "must end in .jsonl or .csv"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_its_place(
    tmp_path: Path, name: str, content: bytes, complaint: str
) -> None:
    with pytest.raises(DatasetError, match=complaint) as refused:
        datasets.load(_file(tmp_path, content, name))
    assert "\n" not in str(refused.value)
    assert name in str(refused.value)


@pytest.mark.parametrize("name", ["missing.jsonl", ""])
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatasetError, match=r"No such file|Is a directory"):
        datasets.load(tmp_path / name)


def test_the_packaged_data_set_is_complete() -> None:
    banking = datasets.load(datasets.BANKING77, labelled=True)
    assert (len(banking), len(banking.classes)) == (13_078, 77)
