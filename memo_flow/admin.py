from django.contrib import admin

from audit.looking import LookOnly
from memo_flow.models import Decision, Memo, MemoKind, RegisterEntry, Revision, Route, Step

admin.site.register([Memo, MemoKind, Route, Revision, Step, Decision, RegisterEntry], LookOnly)
