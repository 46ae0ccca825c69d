from django.urls import path

from measures import boards, views

urlpatterns = [
    path("", boards.board, name="board"),
    path("board/export.csv", boards.export_csv, name="board-csv"),
    path("board/export.xlsx", boards.export_workbook, name="board-xlsx"),
    path("year/", boards.year, name="board-year"),
    path("tasks/", views.my_tasks, name="my-tasks"),
    path("tasks/<uuid:pk>/", views.task, name="task"),
    path("tasks/<uuid:pk>/start/", views.start, name="task-start"),
    path("tasks/<uuid:pk>/tick/", views.tick, name="task-tick"),
    path("tasks/<uuid:pk>/report/", views.report, name="task-report"),
    path("tasks/<uuid:pk>/accept/", views.accept, name="task-accept"),
    path("tasks/<uuid:pk>/send-back/", views.send_back, name="task-send-back"),
    path("tasks/<uuid:pk>/cancel/", views.cancel, name="task-cancel"),
]
