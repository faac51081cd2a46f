"""Names of people and mailboxes, in the scripts that a company writes, and some that break tools."""

GIVEN = (
    "Anna", "Björn", "Chloé", "Дарья", "Ελένη", "Fatima", "Giulia", "花子", "Igor", "José", "محمد", "Łukasz", "דנה",
    "Niamh", "Øyvind", "Priya", "Quentin", "Ramón", "Siân", "Tomáš", "Ülkü", "Võ", "Wei", "Xenia", "Yusuf", "Zoë",
)  # fmt: skip
FAMILY = (
    "Müller", "O'Neill", "García", "Иванова", "Παππά", "al-Masri", "Rossi", "山田", "Novák", "Silva", "القحطاني",
    "Wójcik", "כהן", "Murphy", "Sørensen", "Sharma", "Lefèvre", "Ortega", "Jones", "Dvořák", "Yıldız", "Nguyễn", "Chen",
)  # fmt: skip
TOPICS = (
    "support", "sales", "invoices", "orders", "hr", "jobs", "press", "legal", "returns", "events", "facility", "it",
)  # fmt: skip
HOSTILE_NAMES = (
    '=HYPERLINK("http://evil.example","click")',
    "+cmd|' /C calc'!A0",
    "\x1b[31mRed\x1b[0m \x1b]8;;http://evil.example\x07link\x1b]8;;\x07",
    "Comma, Inc.",
    "Two\nlines",
    "\u202eevil\u202c right to left",
    "<script>alert(1)</script>",
    "pipe | and `tick` [x](javascript:alert(1))",
    "::set-output name=x::y",
    "##vso[task.setvariable variable=x]y",
    "zero\u200bwidth",
    "]]>&amp;",
    "007",
)
