"""What the database itself refuses: two open groups of steps on one memo."""

from audit import guards
from memo_flow.models import Step

_TABLE = Step._meta.db_table
_OTHER_GROUP = f"""
SELECT 1 FROM {_TABLE} other
WHERE other.memo_id = NEW.memo_id AND other.opened_at IS NOT NULL AND other.closed_at IS NULL
  AND (other.round <> NEW.round OR other."group" <> NEW."group")
"""
_OPENS = "NEW.opened_at IS NOT NULL AND NEW.closed_at IS NULL"
_SENTENCE = "one open group of steps on a memo at a time"

for _event in ("insert", "update"):
    guards.rule(
        Step,
        f"one_open_group_{_event}",
        postgresql=[
            f"""
            CREATE OR REPLACE FUNCTION memoflow_one_open_group() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF EXISTS ({_OTHER_GROUP}) THEN
                RAISE EXCEPTION '{_SENTENCE}' USING ERRCODE = 'integrity_constraint_violation';
              END IF;
              RETURN NEW;
            END $$
            """,
            f"""
            CREATE TRIGGER one_open_group_{_event} BEFORE {_event} ON {_TABLE}
            FOR EACH ROW WHEN ({_OPENS}) EXECUTE FUNCTION memoflow_one_open_group()
            """,
        ],
        sqlite=[
            f"""
            CREATE TRIGGER one_open_group_{_event} BEFORE {_event} ON {_TABLE} WHEN {_OPENS}
            BEGIN SELECT RAISE(ABORT, '{_SENTENCE}') WHERE EXISTS ({_OTHER_GROUP}); END
            """,
        ],
    )
