"""What the checker knows of the language of such memos: from text to facts, and the rules R01-R20 by subject. All pure.

flows: text to paragraphs, rows and headings. words: the words of a flow that matter. subjects, columns, lows, reading:
from words to facts (facts.py): who is said to have scored what, who is called the lowest. resolving: which of
conflicting values close. rows: the plan.

Then the rules: values (R01, R07), sums (R02, R03), standing (R04-R06), names (R08), years (R09), citations (R10, R11),
codes (R12), topics (R13, R20), judgement (R14), plans (R15-R17), numbering (R18), contents (R19). Each has a
`check(...)` that gives findings; places and labels help to word them.
"""
