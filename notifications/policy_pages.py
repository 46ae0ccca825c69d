"""The office's policy of reminders, and what it would do with a deadline."""

from django.urls import URLPattern

urls: list[URLPattern] = []
