from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from audit import guards

        post_migrate.connect(guards.install_all, dispatch_uid="audit.guards")
        checks.register(guards.check, checks.Tags.database)
