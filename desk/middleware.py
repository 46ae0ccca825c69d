"""How a refusal reaches the person: each kind of no has its own answer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from assessments.models import Assessment
from files.models import Attachment
from measures.models import DivisionTask
from memo_flow.lifecycle import TransitionNotAllowed
from memo_flow.models import Draft, Memo, MemoKind
from organization.models import Acting, Appointment, Division, Holiday, Organization, Position, User
from organization.refusals import NotNow, Refused, Stale

#: What services raise for things that do not exist for this person. Any other missing row is a fault of ours.
_GONE = (
    Memo.DoesNotExist,
    Draft.DoesNotExist,
    MemoKind.DoesNotExist,
    DivisionTask.DoesNotExist,
    Assessment.DoesNotExist,
    Attachment.DoesNotExist,
    Holiday.DoesNotExist,
    Organization.DoesNotExist,
    User.DoesNotExist,
    Division.DoesNotExist,
    Position.DoesNotExist,
    Appointment.DoesNotExist,
    Acting.DoesNotExist,
)


class Refusals:
    """Invisible is 404; visible but not yours 403; not now, or not this text any more, 409."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if any("\x00" in value for _name, values in request.GET.lists() for value in values):
            return render(request, "400.html", status=400)
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET" and not response.content:
            return self._too_late(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, _GONE):
            return render(request, "404.html", {}, status=404)
        if isinstance(error, Refused):
            return render(request, "403.html", {"message": str(error)}, status=403)
        if isinstance(error, (NotNow, Stale)):
            return self._conflict(request, str(error))
        if isinstance(error, TransitionNotAllowed):
            return self._conflict(request, _("This cannot be done now. Open the page again to see what has changed."))
        return None

    def _too_late(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """A form was sent after the session's end: signing in leads to its address, which only takes forms."""
        page = render(request, "405.html", {"back_url": _above(request)}, status=405)
        page.headers["Allow"] = response.headers.get("Allow", "")
        return page

    def _conflict(self, request: HttpRequest, message: str) -> HttpResponse:
        return render(request, "409.html", {"message": message, "back_url": _above(request)}, status=409)


def _above(request: HttpRequest) -> str:
    """The page that an address of an act lies under."""
    return request.path.rstrip("/").rsplit("/", 1)[0] + "/"
