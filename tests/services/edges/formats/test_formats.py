"""What every format promises, and what JSON lines and CSV refuse."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from services.edges.answered_texts import AnsweredText
from services.edges.formats import FORMATS, format_of
from services.edges.formats.base import FormatError, rows_of_csv
from services.edges.formats.csv import Csv
from services.edges.formats.jsonl import JsonLines
from services.edges.messages import LabelMessage, RequestMessage, Suggestion, Why
from stream.records import Reason, Verdict

NOON = 1_738_324_800.0
LABELS = [
    LabelMessage(request_id="r1", label="lost, or stolen", reviewer="ann", answered_at=NOON, corrects=True),
    LabelMessage(request_id="r2", skip=True, reviewer='"bob"'),
    LabelMessage(request_id="r3", label="true", reviewer="ann"),
]
REQUESTS = [
    RequestMessage(
        request_id="r1",
        text_id="t1",
        origin="c/t/0/1",
        text='two\nlines, "quoted" \r 🙂 = 1',
        suggestions=(Suggestion(label="lost, or stolen", probability=0.1), Suggestion(label="b", probability=1 / 3)),
        why=Why(reason=Reason.UNCERTAIN, utility=0.5, threshold=0.25, strategy="margin", query_probability=0.05),
        verdict=Verdict.ASK,
        asked_at=NOON,
        expires_at=NOON + 60,
    ),
    RequestMessage(
        request_id="r2",
        text_id="t2",
        text="plain",
        why=Why(reason=Reason.AUDIT, utility=0.0, threshold=1.0, strategy="margin"),
        verdict=Verdict.AUDIT,
        asked_at=NOON,
        expires_at=NOON + 60,
    ),
]

every_format = pytest.mark.parametrize("name", FORMATS)


def _file(content: str) -> io.StringIO:
    return io.StringIO(content, newline="")


@every_format
def test_labels_come_back_as_they_were_written(name: str) -> None:
    file = _file("")
    assert FORMATS[name]().write(LabelMessage, LABELS, file) == len(LABELS)
    file.seek(0)
    assert list(FORMATS[name]().read(LabelMessage, file)) == LABELS


@every_format
def test_labels_that_are_written_with_their_texts_are_labels(name: str) -> None:
    file = _file("")
    FORMATS[name]().write(AnsweredText, (AnsweredText.of(each, "t1", "two\nlines") for each in LABELS), file)
    file.seek(0)
    assert list(FORMATS[name]().read(LabelMessage, file)) == LABELS


@every_format
def test_requests_come_back_as_they_were_written(name: str) -> None:
    file = _file("")
    assert FORMATS[name]().write(RequestMessage, REQUESTS, file) == len(REQUESTS)
    file.seek(0)
    assert list(FORMATS[name]().read(RequestMessage, file)) == REQUESTS


@every_format
def test_the_byte_order_mark_of_a_spreadsheet_is_no_part_of_the_file(name: str) -> None:
    file = _file("\ufeff")
    file.seek(0, io.SEEK_END)
    FORMATS[name]().write(LabelMessage, LABELS, file)
    file.seek(0)
    assert list(FORMATS[name]().read(LabelMessage, file)) == LABELS


def test_a_spreadsheet_that_saves_semicolons_is_read() -> None:
    commas, semicolons = _file(""), _file("\ufeff")
    Csv().write(LabelMessage, LABELS, commas)
    commas.seek(0)
    semicolons.seek(0, io.SEEK_END)
    csv.writer(semicolons, delimiter=";").writerows(csv.reader(commas))
    semicolons.seek(0)
    assert list(Csv().read(LabelMessage, semicolons)) == LABELS


@pytest.mark.parametrize(
    "line", ["text;label;amount, in EUR", "text\tlabel\tamount, in EUR", 'text,label,"in EUR; or; in; USD"']
)
def test_what_stands_most_often_between_the_names_separates_columns(line: str) -> None:
    assert len(rows_of_csv([line]).fieldnames or ()) == 3


@every_format
def test_nothing_comes_back_as_nothing(name: str) -> None:
    file = _file("")
    assert FORMATS[name]().write(LabelMessage, [], file) == 0
    file.seek(0)
    assert list(FORMATS[name]().read(LabelMessage, file)) == []


def test_a_format_is_chosen_by_the_files_name() -> None:
    assert isinstance(format_of(Path("a.b.CSV")), Csv)
    assert isinstance(format_of(Path("a.jsonl")), JsonLines)
    with pytest.raises(FormatError, match=r"must end in \.jsonl or \.csv"):
        format_of(Path("a.txt"))


def test_a_spreadsheet_of_requests_that_somebody_filled_in_is_one_of_labels() -> None:
    file = _file("")
    Csv().write(RequestMessage, REQUESTS, file)
    file.seek(0)
    first, second = csv.DictReader(file)
    filled = _file("")
    writer = csv.DictWriter(filled, first)
    writer.writeheader()
    writer.writerows([first | {"label": "b"}, second])
    filled.seek(0)
    labels = list(Csv().read(LabelMessage, filled, {"reviewer": "ann"}))
    assert labels == [LabelMessage(request_id="r1", label="b", reviewer="ann")]


@pytest.mark.parametrize("text", ["=1+1", "+49 170", "-1", "@SUM(A1)", "\t=1", "'=1", "''-1", "'tis", "1=1"])
def test_a_text_of_a_request_is_no_formula_and_comes_back_as_it_was(text: str) -> None:
    file, request = _file(""), REQUESTS[1].model_copy(update={"text": text, "text_id": text})
    Csv().write(RequestMessage, [request], file)
    file.seek(0)
    (row,) = csv.DictReader(file)
    assert row["text"][0] not in "=+-@\t\r"
    assert row["text_id"] == row["text"]
    file.seek(0)
    assert list(Csv().read(RequestMessage, file)) == [request]


def test_a_data_set_of_answers_has_the_texts_as_they_are() -> None:
    file = _file("")
    Csv().write(AnsweredText, [AnsweredText.of(LABELS[0], "t1", "=1+1")], file)
    file.seek(0)
    assert [row["text"] for row in csv.DictReader(file)] == ["=1+1"]


def test_requests_without_an_answer_are_counted_and_empty_rows_are_not() -> None:
    form = Csv()
    assert len(list(form.read(LabelMessage, _file("request_id,label,reviewer\nr1,b,ann\nr2,,ann\n,,\n")))) == 1
    assert form.passed_over == 1


def test_a_cell_of_blanks_is_an_empty_one() -> None:
    file = _file("request_id,label,skip,reviewer\nr1, \t,,ann\nr2,b, ,  \n")
    assert list(Csv().read(LabelMessage, file, {"reviewer": "bob"})) == [
        LabelMessage(request_id="r2", label="b", reviewer="bob")
    ]


def test_what_the_file_says_counts_before_what_it_might_lack() -> None:
    for read, content in (
        (JsonLines(), '{"request_id": "r1", "label": "b", "reviewer": "bob"}\n\n'),
        (Csv(), "request_id,label,reviewer\nr1,b,bob\n"),
    ):
        (label,) = read.read(LabelMessage, _file(content), {"reviewer": "ann"})
        assert label.reviewer == "bob"


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("jsonl", '{"request_id": "r1", "label": "b"}', "line 1: reviewer: Field required"),
        ("jsonl", "\n{", "line 2: EOF"),
        ("jsonl", "[1]", "line 1: a JSON object was expected"),
        ("jsonl", '{"x": ' + "[" * 10_000, "line 1: recursion"),
        ("csv", "request_id,label\nr1,b\n", "line 2: reviewer: Field required"),
        ("csv", "request_id,label,reviewer\nr1,b,ann\nr2," + "x" * 201 + ",ann\n", "line 3: label: "),
        ("csv", "request_id,label\nr1,b,c\n", "line 2: more columns"),
        ("csv", "id,body\n1,b\n", "no column request_id; there are id, body"),
        ("csv", "request_id,body\n1,b\n", "no column label or skip; there are request_id, body"),
        ("csv", "id;label\nr1;b\n", "no column request_id; there are id, label"),
        ("csv", "request_id,label,label\nr1,b,c\n", "line 1: 'label' names more than one column"),
        ("csv", "", "no column request_id; the first line is empty"),
        ("csv", "request_id,skip,reviewer\nr1,perhaps,ann\n", "line 2: skip: true or false"),
        ("csv", 'request_id,label\nr1,"b', "line 2: unexpected end"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_line_or_column(name: str, content: str, complaint: str) -> None:
    with pytest.raises(FormatError, match=complaint):
        list(FORMATS[name]().read(LabelMessage, _file(content)))


def test_a_column_that_should_hold_json_says_so() -> None:
    with pytest.raises(FormatError, match="line 2: why: JSON was expected"):
        list(Csv().read(RequestMessage, _file("request_id,why\nr1,because\n")))


def test_labels_before_a_wrong_line_are_read_first() -> None:
    labels = JsonLines().read(LabelMessage, _file('{"request_id": "r1", "label": "b", "reviewer": "a"}\n{'))
    assert next(labels).request_id == "r1"
    with pytest.raises(FormatError, match="line 2"):
        next(labels)
