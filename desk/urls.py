from django.urls import path

from desk import feed_pages, views

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("search/", views.search, name="search"),
    path("account/", views.account, name="account"),
    path("language/", views.language, name="language"),
    *feed_pages.urls,
]
