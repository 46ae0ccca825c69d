from django.contrib import admin

from audit.looking import LookOnly
from documents.models import Paper, Print

admin.site.register([Paper, Print], LookOnly)
