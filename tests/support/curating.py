"""What curators read from a page, and take home from it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.support.archives import unzipped
from tests.support.browser import Page, expect


def names(page: Page) -> list[str]:
    """The models of the table, from top to bottom."""
    return page.locator("table.models tbody tr:first-child > th a").all_inner_texts()


def number(text: str) -> int:
    """A count as it is shown."""
    return int(text.replace(",", ""))


def count_shown(page: Page) -> int:
    """How many rows the view has."""
    return number(page.locator("p.told strong").inner_text().split(" ")[0])


def arrive(page: Page, address: str) -> None:
    """Wait until the page is at an address and shows all of it, with its scripts.

    A view moves to an address before the answer is there, and a click on a link waits for no more than its beginning.
    """
    page.wait_for_url(address)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


def downloaded(page: Page, folder: Path) -> dict[str, bytes]:
    """Press the download button, and return the files of the archive by name."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="deletion-plan.zip").click()
    name = waiting.value.suggested_filename
    waiting.value.save_as(folder / name)
    return unzipped((folder / name).read_bytes())


def assert_applies(patch: bytes, before: bytes, after: bytes, folder: Path) -> None:
    """Check that git makes one file of the other with the patch."""
    path = re.findall(rb"^\+\+\+ b/(.*?)\t?$", patch, re.MULTILINE)[0].decode()
    repository = folder / "repository"
    (repository / path).parent.mkdir(parents=True)
    (repository / path).write_bytes(before)
    subprocess.run(["git", "init", "-q", "."], cwd=repository, check=True)
    subprocess.run(["git", "apply", "-"], cwd=repository, input=patch, check=True)
    assert (repository / path).read_bytes() == after
    assert after != before
