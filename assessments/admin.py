from django.contrib import admin

from assessments.models import Assessment, IndicatorScore
from audit.looking import LookOnly

admin.site.register([Assessment, IndicatorScore], LookOnly)
