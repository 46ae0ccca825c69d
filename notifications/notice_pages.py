"""The bell, the page of all notices."""

from django.urls import URLPattern

urls: list[URLPattern] = []
