from django.apps import AppConfig


class MemoFlowConfig(AppConfig):
    name = "memo_flow"

    def ready(self) -> None:
        from memo_flow import guards, mail_events, reckoning, reminders, settling, witness  # noqa: F401
        from notifications import accounts, events, facts, scans

        events.register(*mail_events.ALL)
        scans.register("decisions", reminders.STEPS)
        scans.register("follow_ups", *reminders.MISSING)
        accounts.register(reckoning.steps, reckoning.follow_ups)
        facts.register("step", reminders.step_facts)
        facts.register("follows", reminders.follow_up_facts)
