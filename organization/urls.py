from organization import pages

urlpatterns = [*pages.urls]
