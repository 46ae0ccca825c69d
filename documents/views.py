"""Pages for anyone who holds a paper: what its code stands for, and whether a file is that paper. No sign-in.

A file that is brought for checking is read in memory and forgotten. Checking changes nothing, so a stranger's form
needs no token; how often one address may ask is limited.
"""

from typing import Any

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from documents import orders, press, verification
from documents.models import Paper
from documents.sealing import Found, Unreadable
from documents.typesetting import Unprinted
from documents.uploads import LARGEST, InMemory

SECONDS = 15.0  # of looking into a stranger's file
PAGE = "documents/verify.html"
#: How often one address may look up a code, and have a file checked.
LIMITS = {"verify_code": "120/m/ip", "verify_file": "20/m/ip"}


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """What a code stands for; with a file, whether the file is that paper, or any paper of this house."""
    action = "verify_file" if request.method == "POST" else "verify_code"
    too_often: HttpResponse | None = ratelimit.consume_or_429(
        request, action=action, config=LIMITS, limit_get=bool(code)
    )
    if too_often:
        return too_often
    if typed := request.GET.get("code", ""):
        kept = orders.code_as_typed(typed)[:16]
        return redirect("verify", kept) if kept else render(request, PAGE, {**_frame(code), "wrong": _no_code()})
    context: dict[str, Any] = {**_frame(code), "paper": _known(code)}
    if request.method == "POST":
        context |= _checked(request, code)
    missing = bool(code) and context["paper"] is None
    return render(request, PAGE, context, status=404 if missing else 200)


def _frame(code: str) -> dict[str, Any]:
    """What the page always needs; `here`: where a change of language leads back to, also after a file."""
    here = reverse("verify", args=[code]) if code else reverse("verify-any")
    return {"code": code, "largest": LARGEST // 1_000_000, "here": here}


def _no_code() -> str:
    return _("Type the code: 10 letters and digits at the foot of the paper.")


def _known(code: str) -> Paper | None:
    """The paper of a code, however it was typed."""
    kept = orders.code_as_typed(code)
    return Paper.objects.filter(code=kept).select_related("organization", "print").first() if kept else None


def _checked(request: HttpRequest, code: str) -> dict[str, Any]:
    keeper = InMemory(request)
    request.upload_handlers = [keeper]
    file = request.FILES.get("file")
    if keeper.too_large:
        return {"wrong": _("The file is too large to be checked: at most %(mb)s MB.") % {"mb": LARGEST // 1_000_000}}
    if file is None or not file.size:
        return {"wrong": _("Choose the PDF file to be checked.")}
    try:
        verdict = verification.verify(file.read(), code=orders.code_as_typed(code), examine=_examine)
    except press.Unanswered as error:  # no answer is no verdict
        return {"wrong": _("The file could not be checked: %(why)s") % {"why": error}}
    return {"verdict": verdict, "file_name": file.name}


def _examine(pdf: bytes, *, roots_pem: list[str]) -> list[Found]:
    """In the press's own process: a stranger's file may be made to hang or to eat the memory."""
    try:
        return press.examine(pdf, roots_pem=roots_pem, seconds=SECONDS)
    except press.Unanswered:
        raise
    except Unprinted as error:
        raise Unreadable(str(error)) from error
