"""What the checker knows of the language of such memos: flows, facts, resolving, and the rules R01-R20 by subject.

flows: text to paragraphs, rows and headings. facts: who is said to have scored what. resolving: which of conflicting
values close. Then the rules: figures (R01-R07), names (R08), years (R09-R11), codes (R12), topics (R13, R20),
judgement (R14), plans (R15-R17), form (R18, R19). All pure.
"""
