"""How much two pictures differ, told by the browser that drew them."""

from __future__ import annotations

import base64
from pathlib import Path

from tests.support.browser import Page

_COMPARE = """
async ([before, after]) => {
  const pixels = async (data) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext("2d").drawImage(picture, 0, 0);
    return canvas.getContext("2d").getImageData(0, 0, picture.width, picture.height);
  };
  const [old, now] = [await pixels(before), await pixels(after)];
  if (old.width !== now.width || old.height !== now.height) return 1;
  let differing = 0;
  for (let at = 0; at < now.data.length; at += 4) {
    if ([0, 1, 2].some((part) => Math.abs(old.data[at + part] - now.data[at + part]) > 8)) differing += 1;
  }
  return differing / (now.width * now.height);
}
"""


def difference(page: Page, before: bytes, after: bytes) -> float:
    """The share of pixels that differ between two PNG pictures, from 0 to 1; 1 where their sizes differ.

    Args:
        page: A blank page, whose scripts may read data addresses.
        before: The older picture.
        after: The newer one.
    """
    share: float = page.evaluate(_COMPARE, [base64.b64encode(part).decode() for part in (before, after)])
    return share


def keep(page: Page, path: Path, picture: bytes) -> str:
    """Keep a picture in place of the last one, and return how much they differ, in words."""
    before = path.read_bytes() if path.exists() else None
    path.write_bytes(picture)
    told = "new" if before is None else f"{100 * difference(page, before, picture):.2f}% of the pixels differ"
    return f"{path.name}: {told}"
