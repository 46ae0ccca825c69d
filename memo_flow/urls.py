from django.urls import path

from memo_flow import attaching, editing, printing, views

urlpatterns = [
    path("", views.memo_list, name="memo-list"),
    path("new/", views.memo_new, name="memo-new"),
    path("new/from-result/<int:year>/", editing.memo_from_result, name="memo-from-result"),
    path("years/", printing.memo_years, name="memo-years"),
    path("years/<int:year>.zip", printing.memo_year_zip, name="memo-year-zip"),
    path("<uuid:pk>/", views.memo, name="memo"),
    path("<uuid:pk>/edit/", editing.memo_edit, name="memo-edit"),
    path("<uuid:pk>/check/", editing.memo_check, name="memo-check"),
    path("<uuid:pk>/submit/", views.memo_submit, name="memo-submit"),
    path("<uuid:pk>/decide/", views.memo_decide, name="memo-decide"),
    path("<uuid:pk>/files/", attaching.memo_files, name="memo-files"),
    path("<uuid:pk>/files/<uuid:file>/", attaching.memo_file, name="memo-file"),
    path("<uuid:pk>/files/<uuid:file>/thumbnail/", attaching.memo_thumbnail, name="memo-thumbnail"),
    path("<uuid:pk>/files/<uuid:file>/remove/", attaching.memo_file_remove, name="memo-file-remove"),
    path("<uuid:pk>/withdraw/", views.memo_withdraw, name="memo-withdraw"),
    path("<uuid:pk>/reassign/", views.memo_reassign, name="memo-reassign"),
    path("<uuid:pk>/nudge/", views.memo_nudge, name="memo-nudge"),
    path("<uuid:pk>/told/", views.memo_told, name="memo-told"),
    path("<uuid:pk>/discard/", views.memo_discard, name="memo-discard"),
    path("<uuid:pk>/acknowledge/", views.memo_acknowledge, name="memo-acknowledge"),
    path("<uuid:pk>/papers/", printing.memo_papers, name="memo-papers"),
    path("<uuid:pk>/papers/memo/", printing.memo_preview, {"form": "memo"}, name="memo-preview-memo"),
    path("<uuid:pk>/papers/report/", printing.memo_preview, {"form": "report"}, name="memo-preview-report"),
    path("<uuid:pk>/papers/follow-up/", printing.memo_preview, {"form": "follow_up"}, name="memo-preview-follow-up"),
    path("<uuid:pk>/follow-up/", editing.memo_follow_up, name="memo-follow-up"),
    path("<uuid:pk>/papers/draw-up/", printing.memo_draw_up, name="memo-draw-up"),
    path("<uuid:pk>/papers/<uuid:paper>/", printing.memo_paper, name="memo-paper"),
    path("<uuid:pk>/papers/<uuid:paper>/again/", printing.memo_paper_again, name="memo-paper-again"),
]
