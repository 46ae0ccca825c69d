from django.contrib import admin

from audit.looking import LookOnly
from notifications.models import Letter

admin.site.register([Letter], LookOnly)
