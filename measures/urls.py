from django.urls import path

from measures import attaching, boards, views, years

urlpatterns = [
    path("", boards.board, name="board"),
    path("board/export.csv", boards.export_csv, name="board-csv"),
    path("board/export.xlsx", boards.export_workbook, name="board-xlsx"),
    path("year/", boards.year, name="board-year"),
    path("closing/<int:year>/", years.year_closing, name="year-closing"),
    path("effects/<int:year>/", years.year_effects, name="effects"),
    path("tasks/", views.my_tasks, name="my-tasks"),
    path("tasks/<uuid:pk>/", views.task, name="task"),
    path("tasks/<uuid:pk>/start/", views.start, name="task-start"),
    path("tasks/<uuid:pk>/tick/", views.tick, name="task-tick"),
    path("tasks/<uuid:pk>/report/", views.report, name="task-report"),
    path("tasks/<uuid:pk>/files/", attaching.task_files, name="task-files"),
    path("tasks/<uuid:pk>/files/<uuid:file>/", attaching.task_file, name="task-file"),
    path("tasks/<uuid:pk>/files/<uuid:file>/thumbnail/", attaching.task_thumbnail, name="task-thumbnail"),
    path("tasks/<uuid:pk>/files/<uuid:file>/remove/", attaching.task_file_remove, name="task-file-remove"),
    path("tasks/<uuid:pk>/accept/", views.accept, name="task-accept"),
    path("tasks/<uuid:pk>/send-back/", views.send_back, name="task-send-back"),
    path("tasks/<uuid:pk>/cancel/", views.cancel, name="task-cancel"),
    path("tasks/<uuid:pk>/told/", views.told, name="task-told"),
    path("tasks/<uuid:pk>/nudge/", views.nudge, name="task-nudge"),
    path("tasks/<uuid:pk>/comment/", views.comment, name="task-comment"),
    path("tasks/<uuid:pk>/hand-over/", views.hand_over, name="task-hand-over"),
    path("tasks/<uuid:pk>/share/", views.share, name="task-share"),
    path("tasks/<uuid:pk>/ask-time/", views.ask_time, name="task-ask-time"),
    path("tasks/<uuid:pk>/grant-time/", views.grant_time, name="task-grant-time"),
    path("tasks/<uuid:pk>/refuse-time/", views.refuse_time, name="task-refuse-time"),
]
