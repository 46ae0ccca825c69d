"""The office itself: its days and hours."""

from django.urls import URLPattern

urls: list[URLPattern] = []
