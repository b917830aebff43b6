"""A sound recording from the upload to the account: imported by a trainer, heard on a phone, covered, credited."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.phone import phone, sign_in
from tests.browser.publishing import no_finding, publish
from tests.browser.studying import SOON_MS, content, credited, wait_for
from tests.site import Site
from tests.unit.courses.sounds import mp3

SECONDS = 8


def test_a_recording_is_heard_on_a_phone_left_opened_again_at_its_place_and_credited(browser: Browser, site: Site, tmp_path: Path) -> None:
    file = tmp_path / "一堂课的录音.mp3"
    file.write_bytes(mp3(SECONDS))
    address = publish(browser, site, file, "听完 90%")
    with phone(browser, site, "nothing") as visitor:
        page = sign_in(visitor, site, "teacher")
        page.goto(address)
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting", timeout=SOON_MS)
        heard = content(page).locator("audio")
        heard.evaluate("sound => sound.play()")
        page.wait_for_timeout(3000)
        heard.evaluate("sound => sound.pause()")
        page.wait_for_timeout(500)
        page.goto(site.address)
        assert not any(credited(site).values())

        page.goto(address)
        expect(page.locator("[data-clock-root]")).to_have_attribute("data-state", "counting", timeout=SOON_MS)
        wait_for(page, lambda: heard.evaluate("sound => sound.currentTime") > 1, "it goes on where it was left")
        heard.evaluate("sound => sound.play()")
        wait_for(page, lambda: heard.evaluate("sound => sound.ended"), "it ends")
        wait_for(page, lambda: any(credited(site).values()), "what was heard is credited")
        no_finding(page)
