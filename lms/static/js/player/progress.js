// What stands on the account for this activity, and how far is the course? Asked again shortly after something was stated, and now and then.

const SOON_MS = [800, 2500, 6000, 15000];
const SELDOM_MS = 60000;

export class Progress {
  /** `hears(gateOpen, outline)` is told whether the conditions are met, with the newest outline of the course. */
  constructor(root, url, hears) {
    Object.assign(this, { root, url, hears });
    this.timers = [];
    setInterval(() => document.hidden || this.load(), SELDOM_MS);
  }

  /** Something was stated: the worker needs a moment, so look a few times. */
  expect() {
    this.timers.forEach(clearTimeout);
    this.timers = SOON_MS.map((ms) => setTimeout(() => this.load(), ms));
  }

  async load() {
    try {
      const response = await fetch(this.url, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
      if (!response.ok) return;
      const html = await response.text();
      if (html === this.html) return; // nothing new: nothing to read out
      const part = document.createElement("template");
      part.innerHTML = html; // our own server's template, escaped there
      const account = part.content.querySelector("[data-account]");
      if (!account) return; // the page of a network that asks for a sign-in of its own
      this.html = html;
      this.root.replaceChildren(account);
      this.hears(account.dataset.gate === "open", part.content.querySelector("[data-outline-part]").content.firstElementChild);
    } catch {
      // no network: the next look will show
    }
  }
}
