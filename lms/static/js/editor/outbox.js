// How is nothing lost that somebody typed? Every change is on the device before it is sent, has its token from the start, and leaves the
// device only when the server has answered that it is stored. A lost line or an expired session only delays it.

import { isTemporary, send, uuid } from "../player/api.js";

const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
const SIGNED_OUT_MS = 4000;
const BATCH = 100; // steps

export class Outbox {
  /** `hears`: queued(steps), saving(), stored(answer, change, left), waiting(), signedOut(), refused(change, words, left). */
  constructor(config, hears) {
    Object.assign(this, { urls: config.urls, page: location.pathname, hears, failures: 0 });
    this.csrf = document.querySelector("meta[name=csrf-token]").content;
    this.name = `draft:${config.draft}:${config.person}:`;
    this.key = this.name + this.tab();
    this.typing = new Map(); // what has been typed since the last change, by field
    this.changes = this.adopt();
    addEventListener("online", () => this.soon(0));
    addEventListener("focus", () => this.changes.length && this.soon(0));
    addEventListener("pagehide", () => this.flush());
  }

  tab() {
    sessionStorage.draftTab ??= uuid();
    return sessionStorage.draftTab;
  }

  /** Take over what pages left behind that were closed before it was sent; a page that lives sends its own, with the same tokens. */
  adopt() {
    const found = [];
    for (const key of Object.keys(localStorage).filter((one) => one.startsWith(this.name))) {
      try {
        const { changes, typing } = JSON.parse(localStorage[key]);
        found.push(...changes, ...(typing.length ? [{ token: uuid(), steps: typing }] : []));
      } catch {
        // not ours, or written half
      }
      localStorage.removeItem(key);
    }
    this.left = found.flatMap((one) => one.steps);
    queueMicrotask(() => (this.keep(), found.length && this.soon(0)));
    return found;
  }

  keep() {
    const typing = [...this.typing.values()];
    if (!this.changes.length && !typing.length) localStorage.removeItem(this.key);
    else localStorage[this.key] = JSON.stringify({ changes: this.changes, typing });
  }

  /** Note what is in a field now; `soon` it becomes a change. */
  type(step, delay) {
    const id = [step.of, step.key, step.field].join(" ");
    const before = this.typing.get(id);
    this.typing.set(id, before ? { ...before, to: step.to } : step);
    this.keep();
    this.hears.saving();
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.flush(), delay);
  }

  /** Make a change of what was typed, and send it. */
  flush() {
    clearTimeout(this.pause);
    const steps = [...this.typing.values()].filter((one) => one.was !== one.to);
    this.typing.clear();
    if (steps.length) this.add(steps);
    else this.keep();
  }

  add(steps) {
    this.hears.queued(steps); // what is typed next starts from it
    for (let at = 0; at < steps.length; at += BATCH) this.changes.push({ token: uuid(), steps: steps.slice(at, at + BATCH) });
    this.keep();
    this.hears.saving();
    this.soon(0);
  }

  /** Resolves when everything is stored. */
  async settled() {
    this.flush();
    while (this.changes.length) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  soon(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), delay);
  }

  async run() {
    if (this.running) return;
    this.running = true;
    try {
      while (this.changes.length && (await this.deliver(this.changes[0])));
    } finally {
      this.running = false;
    }
  }

  async deliver(change) {
    const answer = await this.post(this.urls.changes, change);
    if (answer === null) return false;
    this.changes.shift();
    this.keep();
    const left = this.changes.length + this.typing.size;
    if (answer.status === 200) this.hears.stored(answer.body, change, left);
    else this.hears.refused(change, answer.body?.detail, left);
    return true;
  }

  /** Post, and return the answer; null if it has to wait for the line or for a sign-in, and is sent again by itself. */
  async post(url, body) {
    const answer = await send(url, body, { cookies: true, csrf: this.csrf });
    if (answer.status === 200 || ![0, 400, 401, 403].includes(answer.status)) {
      if (!isTemporary(answer.status)) return this.calm(answer);
    } else if (answer.status !== 0) {
      const renewed = await this.renew();
      if (renewed === "same") return this.calm(answer);
      if (renewed) return this.post(url, body);
      this.hears.signedOut();
      this.soon(SIGNED_OUT_MS);
      return null;
    }
    this.hears.waiting();
    this.soon(RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)]);
    return null;
  }

  calm(answer) {
    this.failures = 0;
    if (answer.status === 200) this.tried = false;
    return answer;
  }

  /** Ask for this page again: it has another form token after a sign-in. Returns "same" if it has the same one, false if nobody is signed in. */
  async renew() {
    try {
      const answer = await fetch(this.page, { redirect: "manual" });
      const page = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
      const token = page?.getElementById("editor-config") && page.querySelector("meta[name=csrf-token]").content;
      if (!token) return false;
      const same = this.tried === true;
      this.csrf = token;
      this.tried = !same;
      return same ? "same" : "new";
    } catch {
      return false;
    }
  }
}
