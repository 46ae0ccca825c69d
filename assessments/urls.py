from django.urls import path

from assessments import views

urlpatterns = [
    path("", views.results_list, name="results"),
    path("new/", views.result_new, name="result-new"),
    path("import/", views.result_import, name="result-import"),
    path("template/<int:year>.<str:form>", views.template, name="result-template"),
    path("<int:year>/", views.result, name="result"),
    path("<int:year>/edit/", views.result_edit, name="result-edit"),
    path("<int:year>/totals/", views.result_totals, name="result-totals"),
]
