"""The pages of /organization/ that look over all rooms."""

from desk import acting_pages, import_pages, leaving_pages

urlpatterns = [*acting_pages.urls, *leaving_pages.urls, *import_pages.urls]
