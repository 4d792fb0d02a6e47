"""Evaluation of the parser: compare parsed bulletins with the results that a careful reader expects.

    evaluate_folder    read, parse and score every bulletin of a folder that has an expected result
    score_reading      score what became of one bulletin
    score_refusal      score a bulletin that was refused
    sum_by_format      add up scores by format of the file
    read_expected      read a file `NAME.expected.json`

Every measure is a `Tally`, which can be added up over files. A reading is wrong if a masthead value, a section or a
title differs, an article stands in another section, or a picture, table, link or character is lost; other wordings of
a title (blanks, punctuation, up to a tenth of its characters) are right.
"""

from wxbot.bulletin.evaluation.expected import ExpectedIssue, ExpectedSection, find_expected, read_expected
from wxbot.bulletin.evaluation.score import evaluate_folder, score_reading, score_refusal
from wxbot.bulletin.evaluation.tally import ALL, FileScore, Tally, measures_json, sum_by_format

__all__ = [
    "ALL",
    "ExpectedIssue",
    "ExpectedSection",
    "FileScore",
    "Tally",
    "evaluate_folder",
    "find_expected",
    "measures_json",
    "read_expected",
    "score_reading",
    "score_refusal",
    "sum_by_format",
]
