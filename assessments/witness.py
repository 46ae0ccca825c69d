"""Results as they stand against their chains, so that a changed figure or a cut tail is found."""

from collections.abc import Iterator

from assessments.models import Assessment
from assessments.results import digest_of
from audit import chain
from audit.chain import Problem


@chain.witness
def results_agree() -> Iterator[Problem]:
    """Every result's figures and version are those its chain ends with, and every chain has its result."""
    kind = chain.subject_type(Assessment)
    figures, versions = chain.newest(kind, "figures"), chain.newest(kind, "version")
    for row in Assessment.objects.prefetch_related("scores").iterator(chunk_size=2000):
        scores = {one.number: one.score for one in row.scores.all()}
        if figures.pop(row.pk, None) != digest_of(row, scores):
            yield Problem(kind, str(row.pk), f"the figures of {row.fiscal_year} are not what the chain says")
        elif versions[row.pk] != row.version:
            yield Problem(kind, str(row.pk), f"its version {row.version} is not what the chain ends with")
    for pk in figures:
        yield Problem(kind, str(pk), "the result of this chain is gone")
