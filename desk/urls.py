from django.urls import path

from desk import views

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("search/", views.search, name="search"),
    path("account/", views.account, name="account"),
    path("language/", views.language, name="language"),
]
