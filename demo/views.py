"""The demo bar's buttons and the mailbox. Only in demo mode; the product knows nothing of them."""

from contextlib import suppress
from uuid import UUID

from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from demo import days
from desk.ways import way_back
from notifications import composing
from notifications.models import Letter
from organization.models import User
from organization.paging import page_of

PAGE = 30


@login_required
@require_POST
def advance(request: HttpRequest) -> HttpResponse:
    """+1 day, +1 week, or to the next deadline."""
    moves = {"day": lambda: days.later(1), "week": lambda: days.later(7), "deadline": days.next_deadline}
    moment = moves.get(request.POST.get("by", ""), lambda: None)()
    if moment is None:
        messages.info(request, _("Nothing waits for a deadline."))
    else:
        written = days.pass_to(moment)
        said = ngettext(
            "%(count)s reminder was written on the way.", "%(count)s reminders were written on the way.", written
        )
        messages.success(request, said % {"count": written})
    return HttpResponseRedirect(way_back(request))


@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every mail of the demo, newest first; by person when one is chosen."""
    letters = _mails()
    chosen = request.GET.get("to", "")
    if chosen:
        letters = letters.filter(recipient__username=chosen)
    page = page_of(letters, request, key=("-at", "-pk"), size=PAGE)
    for letter in page.rows:
        _compose(letter)
    people = User.objects.filter(organization__isnull=False).order_by("pk")
    return render(request, "demo/mailbox.html", {"page": page, "people": people, "chosen": chosen})


@require_GET
def mail(request: HttpRequest, pk: UUID) -> HttpResponse:
    letter = get_object_or_404(_mails(), pk=pk)
    _compose(letter)
    return render(request, "demo/mail.html", {"letter": letter})


@csp_update({"style-src": ["'unsafe-inline'"]})  # type: ignore[arg-type]  # a mail brings its styles with it
@require_GET
def mail_html(request: HttpRequest, pk: UUID) -> HttpResponse:
    letter = get_object_or_404(_mails(), pk=pk)
    _compose(letter)
    if not letter.html:
        raise Http404
    return HttpResponse(letter.html)


def _mails() -> QuerySet[Letter]:
    """One for each mail: what comes in a digest has none of its own, nor has what its reader stopped."""
    return Letter.objects.filter(digest=None, unmailed="").select_related("recipient", "organization")


def _compose(letter: Letter) -> None:
    """As the mail says, or will say. Of what is no more nothing is said."""
    with suppress(composing.Gone):
        composing.compose(letter)
