"""The checker on documents it was not written for: invented memos with one fact changed, and the real document."""

import ast
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from assessments.document import HIGH, LOW, SUGGEST, Finding, Report
from assessments.rulebook import rules_for
from assessments.scoring import CENT, compute, mean_interval, total_interval
from benchmarks.corpus import judge, library
from benchmarks.corpus.freshwords import FRESH_WORDS
from benchmarks.corpus.mutations import changed_lines
from benchmarks.corpus.otherwords import OTHER_WORDS
from benchmarks.corpus.wording import WORDS, Wording

ROOT = Path(__file__).resolve().parent.parent
EVERYWHERE = {"impossible", "lowest_everywhere"}  # the same in every place
MOVED = {"no_answer", "lowest_with_score"}  # a measure and its step, a name and its figure


def every_set() -> tuple[library.Corpus, ...]:
    return (library.corpus(), library.second(), library.third(), library.fresh())


@pytest.fixture(scope="module")
def outcome() -> judge.Outcome:
    return judge.judged(library.corpus())


@pytest.fixture(scope="module")
def real() -> judge.Real:
    return judge.real()


def test_the_corpus_is_the_same_every_time() -> None:
    first = library.corpus()
    library.corpus.cache_clear()
    again = library.corpus()
    assert [one.page.text for one in first.clean] == [one.page.text for one in again.clean]
    assert [change for _base, change in first.mutated] == [change for _base, change in again.mutated]


def test_the_third_part_is_the_same_every_time_and_shares_nothing() -> None:
    first = library.third()
    library.third.cache_clear()
    again = library.third()
    assert [one.page.text for one in first.clean] == [one.page.text for one in again.clean]
    assert [change for _base, change in first.mutated] == [change for _base, change in again.mutated]
    assert len(first.clean) >= 30 and len(first.mutated) >= 200
    known = (*library.corpus().clean, *library.second().clean)
    hands = {one.page.template for one in first.clean}
    assert len(hands) >= 6 and not hands & {one.page.template for one in known}
    assert not {one.page.facts.office.full for one in first.clean} & {one.page.facts.office.full for one in known}
    assert {one.year for one in first.clean} == set(range(2563, 2569))
    assert {rule for _base, change in first.mutated for rule in change.rules} == set(judge.RULES)


def test_the_fresh_set_is_the_same_every_time_and_shares_nothing() -> None:
    first = library.fresh()
    library.fresh.cache_clear()
    again = library.fresh()
    assert [one.page.text for one in first.clean] == [one.page.text for one in again.clean]
    assert [change for _base, change in first.mutated] == [change for _base, change in again.mutated]
    assert len(first.clean) == 30 and len(first.mutated) >= 200
    assert len({change.text for _base, change in first.mutated}) == len(first.mutated)
    known = (*library.corpus().clean, *library.second().clean, *library.third().clean)
    hands = {one.page.template for one in first.clean}
    assert len(hands) == 5 and not hands & {one.page.template for one in known}
    offices = {one.page.facts.office.full for one in first.clean}
    assert len(offices) == 30 and not offices & {one.page.facts.office.full for one in known}
    assert not {one.page.facts.seed for one in first.clean} & {one.page.facts.seed for one in known}
    assert {one.year for one in first.clean} == set(range(2563, 2569))
    assert {change.rules[0] for _base, change in first.mutated} == {
        change.rules[0] for _base, change in library.corpus().mutated
    }
    assert {rule for _base, change in first.mutated for rule in change.rules} == set(judge.RULES)


def test_the_fresh_set_is_counted_and_never_named() -> None:
    """Its misses would be tuned on if they were printed; the parts the checker was written against name theirs."""
    calls = [
        node
        for node in ast.walk(ast.parse((ROOT / "benchmarks" / "checker.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "show"
    ]
    named = {
        ast.literal_eval(call.args[0]): all(
            ast.literal_eval(word.value) for word in call.keywords if word.arg == "named"
        )
        for call in calls
    }
    assert named == {"corpus": True, "second": True, "third": True, "fresh": False}


def test_their_words_are_their_own() -> None:
    """No sentence about an indicator stands in two sets' words, and nothing is left unfilled."""

    def sentences(words: Wording) -> set[str]:
        topics = [one for each in words.topics.values() for one in each] + [words.complaint]
        pairs = [said for one in topics for pair in one.measures for said in pair]
        return {*pairs, *(one.issue for one in topics), *words.community}

    for one, another in combinations((WORDS, OTHER_WORDS, FRESH_WORDS), 2):
        assert not sentences(one) & sentences(another)
    assert not any("{" in each.page.text for each in (*library.third().clean, *library.fresh().clean))


def test_it_is_large_and_varied() -> None:
    corpus = library.corpus()
    assert len(corpus.clean) >= 36
    assert len({one.page.template for one in corpus.clean}) >= 6
    assert {one.year for one in corpus.clean} == set(range(2563, 2569))
    assert len(corpus.mutated) >= 240
    assert {rule for _base, change in corpus.mutated for rule in change.rules} == set(judge.RULES)
    assert len({change.text for _base, change in corpus.mutated}) == len(corpus.mutated)


def test_clean_documents_are_right() -> None:
    """Their figures close, as published ones do; every transcription can be read."""
    for one in (one for each in every_set() for one in each.clean):
        facts, rules = one.page.facts, rules_for(one.year)
        for code, numbers in rules.numbers_of.items():
            assert facts.means[code] in mean_interval(facts.scores[n] for n in numbers)
            assert {facts.scores[n] for n in facts.lowest[code]} == {min(facts.scores[n] for n in numbers)}
        assert facts.total in total_interval(rules, facts.means)
        assert abs((compute(rules, facts.scores).total or 0) - facts.total) <= CENT
        assert facts.memo > facts.announced > facts.order > facts.letter
        if one.suffix == ".yaml":
            assert yaml.safe_load(one.page.text)["scores"]["fiscal_year"] == one.year


def test_every_change_is_in_one_place_and_says_where() -> None:
    for base, change in (one for each in every_set() for one in each.mutated):
        runs = changed_lines(base.page.text, change.text)
        places = 2 if change.kind in MOVED else len(change.lines) if change.kind in EVERYWHERE else 1
        assert 1 <= runs <= places, change.what
        assert change.lines and 1 <= min(change.lines) <= max(change.lines) <= change.text.count("\n") + 1
        assert change.rules and set(change.rules) <= set(judge.RULES)


def test_a_changed_figure_stands_on_the_line_told() -> None:
    for base, change in (one for each in every_set() for one in each.mutated):
        if change.kind in {"score", "mean", "total", "level"}:
            before, after = base.page.text.split("\n"), change.text.split("\n")
            (line,) = [k for k, pair in enumerate(zip(before, after, strict=True), 1) if pair[0] != pair[1]]
            assert line in change.lines


def test_recall_and_false_alarms(outcome: judge.Outcome) -> None:
    assert outcome.recall_high >= 0.95, outcome.missed
    assert outcome.false_alarms <= 1, outcome.alarms


def test_no_rule_sleeps(outcome: judge.Outcome) -> None:
    found = {rule for rule, row in outcome.rows.items() if row.found}
    first = {change.rules[0] for _base, change in library.corpus().mutated}
    assert found == first


def test_the_real_document(real: judge.Real) -> None:
    """Every listed contradiction is found on one of its lines by one of its rules, and nothing right is flagged."""
    assert real.missed == []
    assert real.flagged == []


def test_the_corrected_document_keeps_only_its_own_faults(real: judge.Real) -> None:
    assert real.strange == []


def test_a_checker_that_says_nothing_is_seen_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "check", lambda document: Report((), {}, {}, {}, {}))
    some = library.corpus().mutated[:6]
    few = library.Corpus(tuple(base for base, _change in some), some)
    said = judge.judged(few)
    assert said.recall_high == 0 and len(said.missed) == 6 and said.false_alarms == 0
    assert len(judge.real().missed) == 36


def test_a_finding_counts_only_at_its_line_by_its_rule_and_as_serious(monkeypatch: pytest.MonkeyPatch) -> None:
    base, change = next(one for one in library.corpus().mutated if one[1].kind == "total")
    few = library.Corpus((base,), ((base, change),))

    def recall(rule: str, line: int, severity: str) -> float:
        finding = Finding(rule, severity, "text", 0, 0, line, "", "", "", "", SUGGEST)
        monkeypatch.setattr(judge, "check", lambda document: Report((finding,), {}, {}, {}, {}))
        return judge.judged(few).recall

    right = change.lines[-1]
    assert recall("R03", right, HIGH) == 1
    assert recall("R03", right, LOW) == 0
    assert recall("R03", max(change.lines) + 1, HIGH) == 0
    assert recall("R18", right, HIGH) == 0
