from django.apps import AppConfig


class MemoFlowConfig(AppConfig):
    name = "memo_flow"

    def ready(self) -> None:
        from memo_flow import guards, reckoning, reminders, settling, witness  # noqa: F401
        from notifications import accounts, scans

        scans.register("decisions", reminders.scan)
        scans.register("follow_ups", reminders.scan_follow_ups)
        accounts.register(reckoning.steps, reckoning.follow_ups)
