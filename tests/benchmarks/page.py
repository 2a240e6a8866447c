"""How soon the page of 5,000 nodes opens in Chromium, and how big it is, against that of seven nodes.

`python -m tests.benchmarks.page`. Each page is opened ten times; the best counts. Nothing fails here: the aim is a
page below 1 MB whose first paint takes at most twice as long.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from preflight.report import html
from tests.browser.chromium import GET_IT, find_chromium
from tests.report.reports import big

_SIZES = 7, 5000
_ROUNDS = 10
_TIMES = """() => {
  const [navigation] = performance.getEntriesByType("navigation");
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return [navigation.domContentLoadedEventEnd, paint ? paint.startTime : NaN];
}"""


def opening(browser: Browser, file: Path) -> list[float]:
    """Return the milliseconds until the document is there, and until something is painted: the best of the rounds."""
    rounds = []
    for _ in range(_ROUNDS):
        page = browser.new_page()
        page.goto(file.as_uri())
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
        rounds.append(page.evaluate(_TIMES))
        page.close()
    return [min(times) for times in zip(*rounds, strict=True)]


def main() -> None:
    """Measure and print."""
    path = find_chromium()
    if path is None:
        sys.exit(f"no Chromium on PATH: {GET_IT}")
    found = []
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=path)
        print("nodes       bytes  document ms  first paint ms")
        for size in _SIZES:
            file = Path(folder) / f"{size}.html"
            file.write_text(html.render(big(size)), encoding="utf-8")
            found.append([file.stat().st_size, *opening(browser, file)])
            print(f"{size:5} {found[-1][0]:11} {found[-1][1]:12.0f} {found[-1][2]:15.0f}")
        browser.close()
    ratios = [large / small for small, large in zip(*found, strict=True)]
    print(f"ratio {ratios[0]:11.1f} {ratios[1]:12.1f} {ratios[2]:15.1f}")


if __name__ == "__main__":
    main()
