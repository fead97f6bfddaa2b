"""Let time.sleep work under libfaketime 0.9, which refuses its deadlines on the real monotonic clock (EINVAL)."""

import select
import time


def _sleep(seconds: float) -> None:
    select.select((), (), (), seconds)


time.sleep = _sleep
