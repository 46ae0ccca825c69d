from django.apps import AppConfig


class MemoFlowConfig(AppConfig):
    name = "memo_flow"

    def ready(self) -> None:
        from memo_flow import guards, letters, mail_events, reckoning, reminders, seating, settling, witness  # noqa: F401
        from notifications import accounts, events, facts, openly, scans
        from organization import chairs, news

        events.register(*mail_events.ALL)
        openly.register(letters.told_openly, "memo", "step", "follows")
        scans.register("decisions", reminders.STEPS)
        scans.register("follow_ups", *reminders.MISSING)
        facts.register("step", reminders.step_facts)
        facts.register("follows", reminders.follow_up_facts)
        accounts.register(reckoning.steps, reckoning.follow_ups)
        chairs.before_end(seating.still_needed)
        news.on_relieved(seating.take_back)
        news.on_seated(seating.tell_what_waits)
