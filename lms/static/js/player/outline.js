// Where in the course is the learner, and where in the activity? The server writes the course's outline; content names its pages.
//
// On a phone the outline is a panel (a popover); on a wide screen it stands beside the content.

const WIDE = matchMedia("(min-width: 64rem)");
const MOST_PAGES = 2000;

export class Outline {
  /** `nav` is the outline; `goTo(number)` asks the content for a page. */
  constructor(nav, opener, texts, goTo) {
    Object.assign(this, { nav, texts, goTo });
    WIDE.addEventListener("change", () => WIDE.matches && nav.matches(":popover-open") && nav.hidePopover());
    if (!("popover" in HTMLElement.prototype)) opener.addEventListener("click", () => nav.scrollIntoView()); // it stands below the content
  }

  /** The server's newest states; what had the focus has it again. */
  renew(list) {
    const old = this.nav.querySelector("[data-outline-list]");
    const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    old.replaceWith(list);
    if (this.pages) this.place();
    if (focused) [...list.querySelectorAll("a")].find((one) => one.getAttribute("href") === focused)?.focus();
  }

  /** List the pages of the content: how many, which is open, and which were seen. */
  show({ count, now, seen }) {
    if (!Number.isInteger(count) || count < 2 || count > MOST_PAGES) return;
    if (this.pages?.children.length !== count) this.make(count);
    const known = new Set(Array.isArray(seen) ? seen : []);
    [...this.pages.children].forEach(({ firstChild: button }, index) => {
      const number = index + 1;
      button.setAttribute("aria-label", (known.has(number) ? this.texts.seen : this.texts.page).replace("{n}", String(number)));
      button.toggleAttribute("data-seen", known.has(number));
      if (number === now) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    });
  }

  make(count) {
    this.pages = Object.assign(document.createElement("ol"), { className: "outline-pages" });
    this.pages.setAttribute("aria-label", this.texts.pages);
    for (let number = 1; number <= count; number += 1) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: String(number) });
      button.addEventListener("click", () => this.choose(number));
      const item = document.createElement("li");
      item.append(button);
      this.pages.append(item);
    }
    this.place();
  }

  choose(number) {
    if (this.nav.matches(":popover-open")) this.nav.hidePopover();
    this.goTo(number);
  }

  place() {
    this.nav.querySelector("[aria-current=page][href]")?.parentElement.append(this.pages);
  }
}
