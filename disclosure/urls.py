"""Pages of the office: what is ready to be published, its preview, the acts, the checklist."""

from django.urls import path

from disclosure import public_urls, views  # noqa: F401  (its converter of years)

urlpatterns = [
    path("", views.start, name="disclosure"),
    path("<year:year>/", views.year, name="disclosure-year"),
    path("<year:year>/check/", views.check, name="disclosure-check"),
    path("memos/<uuid:pk>/", views.memo, name="disclosure-memo"),
    path("memos/<uuid:pk>/<slug:page>/", views.preview, name="disclosure-preview"),
    path("memos/<uuid:pk>/<slug:page>/<slug:form>.pdf", views.preview_paper, name="disclosure-preview-paper"),
    path("publications/<uuid:pk>/withdraw/", views.withdraw, name="disclosure-withdraw"),
]
