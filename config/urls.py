from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import health

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="inbox")),
    path("", include("desk.urls")),
    path("accounts/email/", RedirectView.as_view(pattern_name="account")),  # addresses are the office's to change
    path("accounts/", include("allauth.account.urls")),
    path("memos/", include("memo_flow.urls")),
    path("measures/", include("measures.urls")),
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),  # one door, one limit
    path("admin/", admin.site.urls),
    path("livez/", health.livez),
    path("healthz/", health.healthz),
]

if settings.DEMO:
    urlpatterns += [path("", include("demo.urls"))]
