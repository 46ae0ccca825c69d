"""Pages of the office: what is ready to be published, its preview, the act, the checklist."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
