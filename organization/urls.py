from organization import chair_pages, pages, people_pages

urlpatterns = [*pages.urls, *people_pages.urls, *chair_pages.urls]
