"""The pace on the progress bar."""

from __future__ import annotations

import time

from serving.batch.pace import Pace


def test_the_pace_counts_children_a_second_in_both_languages() -> None:
    pace = Pace(started=time.monotonic() - 10)
    pace.add(20_000)
    pace.add(10_000)
    number, words = pace.words().split(" ", 1)
    assert 2_500 < int(number.replace(",", "")) <= 3_000
    assert words == "名儿童/秒 children/s"
