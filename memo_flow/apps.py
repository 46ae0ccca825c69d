from django.apps import AppConfig


class MemoFlowConfig(AppConfig):
    name = "memo_flow"

    def ready(self) -> None:
        from memo_flow import guards, reminders, witness  # noqa: F401
        from notifications import facts, scans

        scans.register("decisions", reminders.STEPS)
        scans.register("follow_ups", *reminders.MISSING)
        facts.register("step", reminders.step_facts)
        facts.register("follows", reminders.follow_up_facts)
