"""Use a page with the keyboard alone: go from control to control as Tab does, and see at each stop where the focus is."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page

FARTHEST = 250  # presses of Tab

# Whether this element has the focus, and otherwise on which side of the one that has it: "here", "before" or "after".
WHERE = """(wanted) => {
  const { activeElement: active } = document;
  if (active === wanted && document.hasFocus()) return "here";
  return active?.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_PRECEDING ? "before" : "after";
}"""
# A ring on the element, on what lies over a row's link, or on the label of a hidden file field.
SEEN = """(wanted) => {
  const ringed = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const box = wanted.closest("label") ?? wanted;
  const { height } = box.getBoundingClientRect();
  return height > 0 && [getComputedStyle(wanted), getComputedStyle(wanted, "::after"), getComputedStyle(box)].some(ringed);
}"""
LOST = "document.activeElement === document.body || !document.activeElement"


@dataclass(frozen=True)
class Keys:
    """A keyboard on a page; every method but `lost` presses keys only."""

    page: Page

    def to(self, wanted: Locator) -> Locator:
        """Go to a control with Tab, or with Shift+Tab if it lies before; it then shows that it has the focus."""
        for _ in range(FARTHEST):
            where = wanted.evaluate(WHERE)
            if where == "here":
                assert wanted.evaluate(SEEN), f"the focus cannot be seen: {wanted}"
                return wanted
            self.page.keyboard.press("Shift+Tab" if where == "before" else "Tab")
        raise AssertionError(f"Tab does not reach {wanted}")

    def press(self, wanted: Locator, key: str = "Enter") -> None:
        """Go to a control and press a key."""
        self.to(wanted)
        self.page.keyboard.press(key)

    def write(self, wanted: Locator, text: str) -> None:
        """Go to a field and replace what is in it."""
        self.press(wanted, "ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def choose(self, wanted: Locator, words: str) -> None:
        """Go to a list, and down it with the arrow to the option that begins with these words."""
        self.to(wanted)
        for _ in range(wanted.locator("option").count()):
            if str(wanted.evaluate("(list) => list.selectedOptions[0].text")).startswith(words):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{words} is not below in {wanted}")

    def choose_file(self, wanted: Locator, file: Path) -> None:
        """Go to a file field, open the system's window with Enter, and choose a file there."""
        self.to(wanted)
        with self.page.expect_file_chooser() as chooser:
            self.page.keyboard.press("Enter")
        chooser.value.set_files(str(file))

    @property
    def lost(self) -> bool:
        """Whether the page has taken the focus away: the next Tab would begin at its top."""
        return bool(self.page.evaluate(LOST))
