from django.apps import AppConfig


class MemoFlowConfig(AppConfig):
    name = "memo_flow"

    def ready(self) -> None:
        from memo_flow import guards, letters, mail_events, reckoning, reminders, settling, witness  # noqa: F401
        from notifications import accounts, events, facts, openly, scans

        events.register(*mail_events.ALL)
        openly.register(letters.told_openly, "memo", "step", "follows")
        scans.register("decisions", reminders.STEPS)
        scans.register("follow_ups", *reminders.MISSING)
        facts.register("step", reminders.step_facts)
        facts.register("follows", reminders.follow_up_facts)
        accounts.register(reckoning.steps, reckoning.follow_ups)
