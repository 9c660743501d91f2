"""The timeline of a run: its axis, its lanes, where the time went, and the page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from app.queries.timelines import Span, TaskTimes, VisitTime
from app.services import auth, workflows
from app.web.timeline_axis import FOLD, WIDTH, axis_of, merged, stable_length
from app.web.timeline_lanes import BANDS, Clock, lane_of
from app.web.timeline_sums import sums_of
from tests.web.conftest import PASSWORD, eventually, words

T0 = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
LOOP = """\
ref: examples.turning
version: 1.0.0
vars: {n: 0}
tasks:
  - name: turn
    action: core.noop
    max_visits: 300
    next:
      - {when: "{{ vars.n < 200 }}", publish: [{n: "{{ vars.n + 1 }}"}], do: turn}
"""
ASKING = """\
ref: examples.timed_question
version: 1.0.0
tasks:
  - {name: approve, action: core.ask, input: {prompt: "Go?"}}
  - {name: after, action: core.noop, join: all}
"""


def _at(second: float) -> datetime:
    return T0 + timedelta(seconds=second)


def _span(start: float, end: float | None, *, asked: float | None = None, attempt: int = 1, **more: Any) -> Span:
    given = {"execution": attempt, "visit": 1, "status": "completed", "kind": "action", **more}
    ended = None if end is None else _at(end)
    return Span(attempt=attempt, asked_for=_at(start if asked is None else asked), began=_at(start), ended=ended, **given)


def _task(*spans: Span, **more: Any) -> TaskTimes:
    return TaskTimes("a", None, [VisitTime(1, "completed", _at(0), _at(0), _at(9))], spans, **more)


def _clock(length: float, *, now: float | None = None) -> Clock:
    return Clock(axis_of(length, [(0, length)]), T0, _at(length if now is None else now))


def test_a_long_wait_is_folded_and_the_rest_keeps_one_scale():
    axis = axis_of(6840, [(0, 600), (6540, 6840)])

    [fold] = axis.folds
    assert (fold.width, round(fold.end - fold.start)) == (FOLD, 5886)
    assert axis.x(0) == 0 and axis.x(6840) == WIDTH
    assert round(axis.x(60) - axis.x(0), 1) == round(axis.x(6840) - axis.x(6780), 1)


def test_a_wait_no_longer_than_a_quarter_of_the_work_stays():
    assert axis_of(110, [(0, 50), (60, 110)]).folds == []


def test_nothing_is_folded_when_somebody_wants_to_see_it_whole():
    assert axis_of(6840, [(0, 600), (6540, 6840)], fold=False).folds == []


def test_ticks_never_lie_on_one_another():
    for length in (0.02, 1, 7, 65, 4000, 90_000, 2_000_000):
        places = [tick.x for tick in axis_of(length, [(0, length / 8), (length / 2, length)]).ticks]
        assert places == sorted(places) and all(b - a > 45 for a, b in pairwise(places))


def test_the_axis_can_tell_the_time_of_the_clock_at_round_times():
    began = datetime(2026, 11, 20, 23, 50, 20, tzinfo=UTC)

    ticks = axis_of(1800, [(0, 1800)], began=began).ticks

    assert [tick.words for tick in ticks[:3]] == ["23:55", "Sat 00:00", "Sat 00:05"]
    assert ticks[0].x == round(WIDTH * 280 / 1800, 1) and ticks[0].at == began + timedelta(seconds=280)
    assert axis_of(2, [(0, 2)], began=began).ticks[0].words == "23:50:20.00"


def test_the_page_says_the_time_of_the_clock_and_leads_back(alice, run, finished):
    execution_id = finished(run("examples.hello"))
    at = f"/runs/{execution_id}?tab=timeline"

    assert f"{at}&amp;axis=clock" in alice.get(at).text and "data-at=" not in alice.get(at).text
    page = alice.get(f"{at}&axis=clock")
    assert re.search(r'data-at="20[^"]+Z" data-form="part">\d\d:\d\d:\d\d\.\d\d<', page.text) and f'href="{at}"' in page.text


def test_the_axis_of_a_run_that_goes_on_moves_only_now_and_then():
    assert len({stable_length(second / 4) for second in range(240, 480)}) <= 8  # of 240 looks; a step is a twelfth
    assert all(stable_length(second) > second for second in (0, 0.5, 3, 61, 7300))


def test_overlapping_stretches_become_one():
    assert merged([(5, 6), (0, 2), (1, 3)]) == [(0, 3), (5, 6)]


def test_each_attempt_is_a_bar_and_each_pause_between_them_a_dotted_line():
    tries = _task(_span(0, 10, status="failed"), _span(40, 50, asked=10, attempt=2, status="failed"), _span(90, 100, asked=50, attempt=3))

    lane = lane_of(tries, _clock(100), ended=True)

    assert [(bar.mark, bar.text) for bar in lane.bars] == [("fail", "1"), ("fail", "2"), ("ok", "3")]
    assert [pause.title for pause in lane.pauses if pause.kind == "retry"] == ["pause before attempt 2, 30 s", "pause before attempt 3, 40 s"]
    assert lane.says == "3 attempts, the last 10 s"


def test_waiting_for_a_worker_is_no_work():
    lane = lane_of(_task(_span(30, 40, asked=0)), _clock(100), ended=True)

    assert [(pause.kind, pause.title) for pause in lane.pauses] == [("start", "waited for a worker, 30 s")]
    assert lane.bars[0].x == 354.0


def test_what_runs_reaches_up_to_now():
    lane = lane_of(_task(_span(50, None, status="running")), _clock(100, now=75), ended=False)

    assert (lane.bars[0].mark, lane.bars[0].x + lane.bars[0].w) == ("run", 885.0)


def test_ten_thousand_items_are_a_band_with_its_failures():
    items = [_span(n / 10, n / 10 + 2, status="failed" if n == 250 else "completed") for n in range(500)]

    lane = lane_of(_task(*items, items=10_000, every=20), _clock(60), ended=True)

    assert {bar.kind for bar in lane.bars} == {"band"} and len(lane.bars) < BANDS
    assert sum(bar.mark == "fail" for bar in lane.bars) == 1
    assert lane.says.startswith("10,000 items")


def test_a_word_without_room_behind_its_bar_stands_before_it():
    lane = lane_of(_task(_span(99.9, 100)), _clock(100), ended=True)

    assert lane.before and lane.says_x < lane.bars[0].x


def test_a_result_that_was_taken_over_is_no_attempt_of_this_run():
    lane = lane_of(_task(_span(0, 9, copied=True)), _clock(100), ended=True)

    assert lane.bars == () and lane.says == "kept from the run before"


def test_every_moment_is_counted_once():
    tasks = [_task(_span(0, 10), _span(5, 20)), _task(_span(15, 80, kind="inquiry"))]

    sums = sums_of(tasks, 100, lambda at: (at - T0).total_seconds(), _at(100))

    assert {look.word: seconds for look, seconds in sums.parts} == {"work": 20, "waiting for an answer": 60, "other waits": 20}
    assert sums.finding == "1 min of it waited for people"


def test_the_page_has_a_lane_for_each_task_that_was_reached(alice, run, finished):
    page = alice.get(f"/runs/{finished(run('examples.failure_handled'))}?tab=timeline")

    lanes = re.findall(r'role="listitem" id="lane-0-([^"]+)"', page.text)
    assert lanes and 'aria-current="page">Timeline' in page.text
    assert "without attempts" in words(page) or len(lanes) == len(set(lanes))


def test_two_hundred_visits_of_one_task_are_one_lane_of_few_elements(alice, run, finished, server):
    by = auth.check_password("alice", PASSWORD)
    workflows.create(body={"ref": "examples.turning", "pack_ref": "examples", "text": LOOP}, by=by)

    page = alice.get(f"/runs/{finished(run('examples.turning'))}?tab=timeline")

    assert "201 attempts" in words(page)
    assert page.text.count("<rect class=") < BANDS + 10


def test_the_tasks_inside_a_nested_workflow_are_lanes_below_it(alice, run, finished):
    execution_id = finished(run("examples.nested"))
    page = alice.get(f"/runs/{execution_id}?tab=timeline")
    link = re.search(r'class="tl-in xs" href="([^"]+)"', page.text)[1].replace("&amp;", "&")

    opened = alice.get(link)

    assert 'id="lane-2-' in opened.text and 'id="lane-2-' not in page.text
    assert "hide" in words(opened)


def test_a_nested_run_of_somebody_else_is_not_looked_into(alice, run, finished):
    execution_id, other = finished(run("examples.hello")), finished(run("examples.hello"))

    page = alice.get(f"/runs/{execution_id}?tab=timeline&inside={other}")

    assert 'id="lane-2-' not in page.text


def test_an_update_leaves_lanes_out_that_are_as_they_were(alice, run, server):
    by = auth.check_password("alice", PASSWORD)
    workflows.create(body={"ref": "examples.timed_question", "pack_ref": "examples", "text": ASKING}, by=by)
    execution_id = run("examples.timed_question")
    eventually(lambda: "waits for an answer" in words(alice.get(f"/runs/{execution_id}")))
    address = re.search(r'hx-get="(/runs/[^"]+/live[^"]*)"', alice.get(f"/runs/{execution_id}?tab=timeline").text)[1]

    late = alice.poll(address.replace("&amp;", "&").replace("version=", "version=old"))

    assert '<div id="lane-0-after" data-same></div>' in late.text


def test_the_whole_idle_time_is_one_link_away(alice, run, finished):
    execution_id = finished(run("examples.hello"))

    page = alice.get(f"/runs/{execution_id}?tab=timeline&idle=keep")

    assert "Fold idle time" in words(page) and "Show idle time whole" not in words(page)
