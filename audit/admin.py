from django.contrib import admin

from audit.looking import LookOnly
from audit.models import Event

admin.site.register([Event], LookOnly)
