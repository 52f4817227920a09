"""The table of calls is read by everything that reads CSV."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from ai_diplomacy.models.events import CallAnswered
from ai_diplomacy.models.model import CallKey, Reply, Request, Usage
from ai_diplomacy.records.cleaning import cleaned
from ai_diplomacy.run.events import ReplyRead
from ai_diplomacy.run.response_log import COLUMNS, ResponseLog

WORDS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('",;\r\n\t '), max_size=60)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=4), st.booleans())
def test_it_is_written_as_the_library_writes_it(calls, inherited):
    log, library = ResponseLog(), io.StringIO()
    writer = csv.writer(library)
    writer.writerow(COLUMNS)
    for prompt, text, problem in calls:
        key = CallKey("S1901M", "FRANCE", "order")
        read = ReplyRead(*key.about("m"), "unusable", (problem,))
        reply = Reply(text, Usage(input=3), latency=1.5, cost_usd=1e-7, inherited=inherited)
        log.event(CallAnswered(key=key, model="m", request=Request(key, "", prompt), reply=reply))
        log.event(read)
        *shown, problem = [cleaned(words, "table") for words in (prompt, text, problem)]
        cells = [
            "m",
            "FRANCE",
            "S1901M",
            "order",
            *shown,
            "false",
            "order",
            0,
            0,
            3,
            "",
            "",
            1e-7,
            1.5,
            problem,
            0.0,
            1,
            "",
            "true" if inherited else "",
        ]
        writer.writerow(cells)
    written = log.take().decode()
    assert written == library.getvalue()
    assert log.take() == b""
    table = list(csv.DictReader(io.StringIO(written, newline="")))
    assert [row["raw_input"] for row in table] == [cleaned(prompt, "table") for prompt, _, _ in calls]
