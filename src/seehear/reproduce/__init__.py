"""Reproduce a published table: plan its rows, run what is missing, set it beside the paper.

One file for each step:

    tables      the seven tables of the paper as data
    rows        which rows can run here, on which features
    common      what several rows need, made once
    task        one row, one seed: train, score, write down
    pool        tasks over processes
    run         a table from beginning to end
    result      ours beside the paper's, as data and as text
    picture     likewise as a picture
    elsewhere   published figures on other benchmarks than LLP
"""

from seehear.reproduce.rows import Entry, plan
from seehear.reproduce.run import Choices, count_tasks, reproduce
from seehear.reproduce.tables import TABLES, Row, Table, table

__all__ = [
    "TABLES",
    "Choices",
    "Entry",
    "Row",
    "Table",
    "count_tasks",
    "plan",
    "reproduce",
    "table",
]
