from django.contrib import admin

from audit.looking import LookOnly
from disclosure.models import Publication, Visit, Withdrawal

admin.site.register([Publication, Withdrawal, Visit], LookOnly)
