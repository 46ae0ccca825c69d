from django.contrib import admin

from audit.looking import LookOnly
from measures.models import Comment, DivisionTask, Extension, PlanRow, Report

admin.site.register([PlanRow, DivisionTask, Report, Comment, Extension], LookOnly)
