"""The spring of the demo leads to its marks."""

from __future__ import annotations

from horde_model_reference.demo.announcements import SPRING
from horde_model_reference.demo.engine import open_demo_engine
from tests.support.builders import IMAGE, TEXT


async def test_the_present_state_continues_the_spring() -> None:
    """So that the first look of a demo service tells nothing twice."""
    async with open_demo_engine() as engine:
        for category in (IMAGE, TEXT):
            before = await engine.history.changes(category, None, 100, 0)
            assert before.total_count > 0
            state = await engine.category_state(category)
            assert not await engine.history.note(state)
            known = {name for states in SPRING.values() for name in states}
            assert set(state.marks or ()) <= known
