"""Letters that failed, addresses that bounce, hooks, the health of the post office."""

from django.urls import URLPattern

urls: list[URLPattern] = []
