"""Let time.sleep work under libfaketime 0.9, which turns its deadline on the real monotonic clock into EINVAL or an endless wait."""

import select
import time


def _sleep(seconds: float) -> None:
    select.select((), (), (), seconds)


time.sleep = _sleep
