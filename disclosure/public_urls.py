"""The public's pages: no login, only what is published."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
