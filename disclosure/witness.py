"""Publications as they stand against their chains, so that a changed page or a lost withdrawal is found."""

from collections.abc import Iterator

from audit import chain
from audit.chain import Problem
from disclosure.models import Publication, Withdrawal

KIND = chain.subject_type(Publication)


@chain.witness
def publications_agree() -> Iterator[Problem]:
    """Every publication is as it was frozen, and stands in the chain; the reverse as well."""
    told = chain.newest(KIND, "digest")
    for one in Publication.objects.iterator(chunk_size=100):
        if not told.pop(one.pk, None) == one.digest == chain.digest(one.data):
            yield Problem(KIND, str(one.pk), "what is published is not what was published")
    for pk in told:
        yield Problem(KIND, str(pk), "the publication of this chain is gone")


@chain.witness
def withdrawals_agree() -> Iterator[Problem]:
    """Every withdrawal stands in the chain with the digest of its reason, and the reverse."""
    told = chain.newest(KIND, "reason")
    for pk, reason in Withdrawal.objects.values_list("pk", "reason").iterator(chunk_size=2000):
        if told.pop(pk, None) != chain.digest(reason):
            yield Problem(KIND, str(pk), "its withdrawal is not what the chain says")
    for pk in told:
        yield Problem(KIND, str(pk), "its withdrawal is gone")
