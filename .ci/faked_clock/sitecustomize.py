"""Let time.sleep work under libfaketime 0.9, where deadlines on the real monotonic clock fail or never come."""

import select
import time


def _sleep(seconds: float) -> None:
    select.select((), (), (), seconds)


time.sleep = _sleep
