from django.urls import path

from documents import views

urlpatterns = [
    path("", views.verify, name="verify-any"),
    path("<slug:code>/", views.verify, name="verify"),
]
