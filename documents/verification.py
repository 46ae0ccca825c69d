"""Is a file a paper of ours? Compared with what was printed, byte for byte, then by the seals in it."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from documents import orders, sealing, seals
from documents.models import Paper, Print, Seal
from documents.sealing import Found, Unreadable

Examine = Callable[..., list[Found]]

#: Where a file names itself: the press writes a paper's code into the keywords, in UTF-8 or UTF-16.
_KEYWORDS = re.compile(rb"Keywords.{1,600}", re.DOTALL)
_CODE = re.compile(rf"(?<![0-9A-Z])[{orders.ALPHABET}]{{{orders.LENGTH}}}(?![0-9A-Z])".encode())
MOST_CODES = 50


@dataclass(frozen=True)
class Verdict:
    """verdict: intact, changed, unknown, or other: an intact paper, but not the one of the code asked for.

    why: same_bytes, signed_further, sealed · changed_after, seal_broken, bytes_differ · other_paper ·
    no_seal, not_ours, unreadable
    """

    verdict: str
    why: str
    paper: Paper | None
    print: Print | None
    seals: list[Found]


def verify(pdf: bytes, *, code: str = "", examine: Examine = sealing.examine) -> Verdict:
    """What a file is; with a code, whether it is that paper. `examine` is where a stranger's file is opened."""
    found, unreadable = _signatures(pdf, examine, seals.roots())
    ours = _ours(found)  # a public authority vouches for strangers too
    found = [replace(one, trusted=one.trusted and one in ours) for one in found]
    printed, why = _printed(pdf, found)
    if printed and code not in ("", printed.paper.code):
        return Verdict("other", "other_paper", printed.paper, printed, found)
    if printed:
        return Verdict("intact", why, printed.paper, printed, found)
    before, paper = _begins_with(pdf, found), _named_in(pdf, code)
    if before:
        return Verdict("changed", "changed_after", before.paper, None, found)
    if paper or ours:
        broken = any(not one.intact for one in ours)
        return Verdict("changed", unreadable or ("seal_broken" if broken else "bytes_differ"), paper, None, found)
    return Verdict("unknown", unreadable or ("not_ours" if found else "no_seal"), None, None, found)


def by_seal(pdf: bytes, roots_pem: list[str]) -> Verdict:
    """What the seals alone say, far from the records: intact where an authority given vouches for one of them."""
    found, unreadable = _signatures(pdf, sealing.examine, roots_pem)
    trusted = [one for one in found if one.trusted]
    if not trusted:
        return Verdict("unknown", unreadable or ("not_ours" if found else "no_seal"), None, None, found)
    if _sound(found):
        return Verdict("intact", "sealed", None, None, found)
    broken = any(not one.intact for one in trusted)
    return Verdict("changed", "seal_broken" if broken else "changed_after", None, None, found)


def _signatures(pdf: bytes, examine: Examine, roots_pem: list[str]) -> tuple[list[Found], str]:
    try:
        return examine(pdf, roots_pem=roots_pem), ""
    except Unreadable:
        return [], "unreadable"


def _printed(pdf: bytes, found: list[Found]) -> tuple[Print | None, str]:
    """The print that a file is, also with further signatures after its seal."""
    if same := _print_of(pdf):
        return same, "same_bytes"
    before = _begins_with(pdf, found) if _sound(found) else None
    return before, "signed_further"


def _sound(found: list[Found]) -> bool:
    return all(one.intact and not one.changed_after for one in found)


def _begins_with(pdf: bytes, found: list[Found]) -> Print | None:
    """The print that a file was before something was added: its bytes up to the end of the print's own seal."""
    return next((one for seal in found if (one := _print_of(pdf[: seal.end]))), None)


def _print_of(pdf: bytes) -> Print | None:
    sha256 = hashlib.sha256(pdf).hexdigest()
    prints = Print.objects.select_related("paper__organization", "paper__print", "seal")
    return prints.filter(sha256=sha256, size=len(pdf)).first()


def _named_in(pdf: bytes, code: str) -> Paper | None:
    """The paper a file says it is; of several, the one asked for."""
    named = (match.group().replace(b"\0", b"") for match in _KEYWORDS.finditer(pdf))
    codes = list(dict.fromkeys(one.decode() for text in named for one in _CODE.findall(text)))[:MOST_CODES]
    papers = Paper.objects.filter(code__in=codes).select_related("organization", "print")
    return max(papers, key=lambda paper: (paper.code == code, -codes.index(paper.code)), default=None)


def _ours(found: list[Found]) -> list[Found]:
    """The signatures that claim to be by a seal of this house."""
    ours = {sealing.fingerprint(pem) for pem in Seal.objects.values_list("certificate", flat=True)} if found else set()
    return [one for one in found if one.certificate_sha256 in ours]
