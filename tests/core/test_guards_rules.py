"""The guards on mail rules that no spec has."""

from __future__ import annotations

import pytest

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import MICROSOFT365, Fact
from sharedbox_cli.core.values import UNKNOWN, Value
from tests.core.test_guards_reach import DESK, observed, refused, spec

RULE: Value = (("name", "a"), ("then.mark_read", True), ("when.has_attachment", True))


@pytest.mark.parametrize(
    ("names", "expected"), [((), []), (None, []), (("Sound",), ["client-rules"]), (UNKNOWN, ["client-rules"])]
)
def test_change_of_rules_asks_where_outlook_has_its_own(names: Value, expected: list[str]) -> None:
    facts = {} if names is None else {Fact.CLIENT_RULES: names}
    there = observed(settings={Field.RULES: ()}, facts=facts, platform=MICROSOFT365)
    wanted = spec(settings={Field.RULES: (RULE,)}, is_managed=False, platform=MICROSOFT365)
    assert refused(wanted, there) == expected
    assert refused(wanted, there, f"client-rules={DESK}") == []
    assert refused(wanted, there, "client-rules=other@contoso.example") == expected
    assert refused(spec(settings={Field.RULES: ()}, is_managed=False, platform=MICROSOFT365), there) == []


@pytest.mark.parametrize(
    ("kept", "held", "expected"),
    [
        ((("other", "A"),), (), ["kept-rules"]),
        ((("broken", "a"),), (), ["kept-rules"]),
        ((("other", "a"),), (RULE,), []),  # there are two already
        ((("other", "b"),), (), []),
        (None, (), []),
    ],
)
def test_second_rule_with_the_name_of_one_that_stays_is_refused(
    kept: Value, held: tuple[Value, ...], expected: list[str]
) -> None:
    facts = {} if kept is None else {Fact.KEPT_RULES: kept}
    there = observed(settings={Field.RULES: held}, facts=facts, platform=MICROSOFT365)
    more: Value = (("enabled", False), ("name", "c"), ("then.mark_read", True), ("when.has_attachment", True))
    wanted = spec(settings={Field.RULES: (RULE, more)}, is_managed=False, platform=MICROSOFT365)
    assert refused(wanted, there) == expected
    assert refused(wanted, there, f"kept-rules={DESK}") == []
