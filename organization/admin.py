from django.contrib import admin

from audit.looking import LookOnly
from organization.models import Acting, Appointment, Division, Holiday, Organization, Position, User

admin.site.register([Organization, Division, User, Position, Appointment, Acting, Holiday], LookOnly)
