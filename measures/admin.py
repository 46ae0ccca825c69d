from django.contrib import admin

from audit.looking import LookOnly
from measures.models import DivisionTask, PlanRow, Report

admin.site.register([PlanRow, DivisionTask, Report], LookOnly)
