from notifications import notice_pages, operation_pages, policy_pages, preference_pages

urlpatterns = [*notice_pages.urls, *preference_pages.urls, *policy_pages.urls, *operation_pages.urls]
