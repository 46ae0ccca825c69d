from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "organization"

    def ready(self) -> None:
        from organization import any_of  # noqa: F401
