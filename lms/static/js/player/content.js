// Has the content started? Until its frame says so nothing counts; where it says why it cannot, people read that in words.

import { send } from "./api.js";

const SLOW_MS = 15000;
const LATE_MS = 60000; // without a word of the frame: the operator is told
const MUTE_MS = 3000; // after something was loaded into the frame that says no word: it is not ours
const SILENT_MS = 30000; // without anything loaded
const AGAIN_MS = [5000, 10000, 20000, 40000];
const REASONS = ["network", "missing", "outside", "format", "sound", "error", "blank", "late"];

export class Content {
  /** `onChange` hears when counting may begin, or must stop; `token` returns the launch's, once it is open. */
  constructor(iframe, { loading, problem, texts, url, token, onChange }) {
    Object.assign(this, { iframe, loading, problem, texts, url, token, onChange });
    this.state = "loading"; // loading | started | failed
    this.reported = new Set();
    this.unreported = [];
    this.again = 0;
    this.wait();
    for (const one of [iframe, window]) one.addEventListener("load", () => this.listen(MUTE_MS)); // the page's comes after its first frame's
    addEventListener("online", () => this.reason === "network" && this.reload());
  }

  /** The frame was loaded, or loaded again. */
  wait() {
    clearTimeout(this.slow);
    this.slow = setTimeout(() => this.state === "loading" && this.show(this.texts.slow), SLOW_MS);
    this.late ??= setTimeout(() => this.state !== "started" && ["", "network"].includes(this.reason) && this.report("late", ""), LATE_MS);
    this.mute = true;
    this.listen(SILENT_MS);
  }

  /** A frame that stays mute is another page: that of a network which asks for a sign-in of its own, or of a browser without a network. */
  listen(ms) {
    clearTimeout(this.listening);
    this.listening = setTimeout(() => this.mute && this.state === "loading" && this.failed("network"), ms);
  }

  heard() {
    this.mute = false;
  }

  started() {
    clearTimeout(this.late);
    this.again = 0;
    this.mute = false;
    this.become("started");
    this.show("");
  }

  failed(reason, detail) {
    const known = REASONS.includes(reason) ? reason : "error";
    this.become("failed", known);
    this.show(this.texts[known]);
    if (known !== "network") this.report(known, String(detail ?? ""));
    else this.retry = setTimeout(() => this.reason === "network" && this.reload(), AGAIN_MS[Math.min(this.again, AGAIN_MS.length - 1)]);
  }

  become(state, reason = "") {
    clearTimeout(this.retry);
    this.state = state;
    this.reason = reason;
    this.loading.hidden = state !== "loading";
    this.onChange();
  }

  /** What is shown is opened again. */
  loadAgain() {
    this.become("loading");
    this.wait();
  }

  /** The network broke while the content was loading: ask for it again. */
  reload() {
    this.again += 1;
    this.become("loading");
    this.wait();
    this.iframe.setAttribute("src", this.iframe.getAttribute("src"));
  }

  show(words) {
    this.problem.hidden = !words;
    if (this.problem.textContent !== words) this.problem.textContent = words;
  }

  /** Let the trainer know, once for each reason: what cannot be sent now is sent when the launch is open. */
  report(reason, detail) {
    if (this.reported.has(reason)) return;
    this.reported.add(reason);
    this.unreported.push({ reason, detail });
    this.sendReports();
  }

  async sendReports() {
    while (this.token() && this.unreported.length) {
      const [first] = this.unreported;
      const { status } = await send(this.url, first, { token: this.token() });
      if (status === 0) return;
      this.unreported = this.unreported.filter((one) => one !== first);
    }
  }
}
