from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView

from config import health, metrics
from disclosure import public_urls


def admin_door(request: HttpRequest) -> HttpResponse:
    """The admin has no sign-in of its own: one door, one limit of tries."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", "/admin/"))


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="inbox")),
    path("", include("desk.urls")),
    path("accounts/email/", RedirectView.as_view(pattern_name="account")),  # addresses are the office's to change
    path("accounts/", include("allauth.account.urls")),
    path("memos/", include("memo_flow.urls")),
    path("measures/", include("measures.urls")),
    path("verify/", include("documents.urls")),
    path("results/", include("assessments.urls")),
    path("notices/", include("notifications.urls")),
    path("organization/", include("organization.urls")),
    path("organization/", include("desk.office_urls")),
    path("public/", include("disclosure.public_urls")),
    path("", include(public_urls.AT_THE_ROOT)),
    path("disclosure/", include("disclosure.urls")),
    path("admin/login/", admin_door),
    path("admin/", admin.site.urls),
    path("livez/", health.livez),
    path("healthz/", health.healthz),
    path("metrics", metrics.metrics),
]

if settings.DEMO:
    urlpatterns += [path("", include("demo.urls"))]
