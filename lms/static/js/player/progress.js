// What stands on the account for this activity? Asked again shortly after something was stated, and now and then besides.

const SOON_MS = [800, 2500, 6000, 15000];
const SELDOM_MS = 60000;

export class Progress {
  constructor(root, url) {
    Object.assign(this, { root, url });
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
      this.html = html;
      this.root.innerHTML = html; // our own server's template, escaped there
    } catch {
      // no network: the next look will show
    }
  }
}
