import sys

from playwright.sync_api import sync_playwright

from tests.browser.chromium import GET_IT, find_chromium
from tests.pictures.drawing import FOLDER, draw

path = find_chromium()
if path is None:
    sys.exit(f"no Chromium on PATH: {GET_IT}")
with sync_playwright() as driver:
    browser = driver.chromium.launch(executable_path=path)
    draw(browser, FOLDER)
    browser.close()
