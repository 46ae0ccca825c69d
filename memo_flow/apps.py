from django.apps import AppConfig


class MemoFlowConfig(AppConfig):
    name = "memo_flow"

    def ready(self) -> None:
        from memo_flow import guards, letters, mail_events, reminders, witness  # noqa: F401
        from notifications import events, openly, scans

        events.register(*mail_events.ALL)
        openly.register(letters.told_openly, "memo", "step", "follows")
        scans.register("decisions", reminders.scan)
        scans.register("follow_ups", reminders.scan_follow_ups)
