from django.urls import path

from demo import views

urlpatterns = [
    path("demo/advance/", views.advance, name="demo-advance"),
    path("mail/", views.mailbox, name="mailbox"),
    path("mail/<uuid:pk>/", views.mail, name="mailbox-letter"),
    path("mail/<uuid:pk>/html/", views.mail_html, name="mailbox-html"),
]
