"""Papers as they stand against their chains and their files, so that a changed one is found."""

from collections.abc import Iterator

from audit import chain
from audit.chain import Problem
from documents import archive
from documents.models import Paper, Print

KIND = chain.subject_type(Paper)


@chain.witness
def papers_agree() -> Iterator[Problem]:
    """Every paper says what was frozen, and none that was frozen is gone."""
    told = chain.newest(KIND, "digest")
    for paper in Paper.objects.iterator(chunk_size=200):
        digest = told.pop(paper.pk, None)
        if not digest == paper.digest == chain.digest(paper.data):
            yield Problem(KIND, str(paper.pk), "the paper is not what was frozen")
        if (paper.code, paper.form) != (paper.data["code"], paper.data["form"]):
            yield Problem(KIND, str(paper.pk), "the paper's code or form is not the one it was frozen with")
    for pk in told:
        yield Problem(KIND, str(pk), "the paper of this chain is gone")


@chain.witness
def prints_agree() -> Iterator[Problem]:
    """Every print is the one its chain gives, and its file is there, byte for byte."""
    told = chain.newest(KIND, "sha256")
    for one in Print.objects.iterator(chunk_size=2000):
        if told.pop(one.pk, None) != one.sha256:
            yield Problem(KIND, str(one.pk), "the print is not what the chain says")
        if not archive.holds(one.sha256):
            yield Problem(KIND, str(one.pk), "the printed file is missing or has been changed")
    for pk in told:
        yield Problem(KIND, str(pk), "the print of this chain is gone")
