// When does the page say "still here", and what did the server make of it? The server's clock measures; this only reports.
//
// One beat is in flight at a time. A beat without an answer is sent again with the same nonce: the server takes it once,
// so a reply lost on a weak network costs the learner nothing.

import { isTemporary, send } from "./api.js";

const RETRY_MS = [2000, 4000, 8000, 15000];
const STOPPED = ["lease", "ended", "signin", "closed"]; // only opening the activity (again) leads on from here
const MOST_AGAIN = 3; // beats in a row whose nonce was spent, before waiting for the next turn

export class Beats {
  /** `attention.state()` says whether to beat; `onChange(beats)` hears of every change. */
  constructor(url, attention, onChange) {
    Object.assign(this, { url, attention, onChange });
    this.launch = null;
    this.state = "starting"; // counting | hidden | loading | failed | idle | alone | offline | starting, or one of STOPPED
    this.counted = 0; // confirmed by the server
    this.confirmedAt = 0;
    this.failures = 0;
    this.timer = null;
    this.flight = Promise.resolve();
    addEventListener("online", () => this.wake());
    addEventListener("offline", () => this.launch && this.counts() && this.become("offline"));
    addEventListener("pagehide", () => this.leave());
  }

  /** Begin (or go on after taking the lease back) with what /learn/open answered. */
  begin(launch) {
    this.launch = launch;
    this.nonce = launch.nonce;
    this.confirm(launch.counted_seconds, false);
    this.become("starting");
    this.look();
  }

  counts() {
    return this.state === "counting" || this.state === "starting" || this.state === "offline";
  }

  /** Seconds to show: what the server confirmed, and while counting the seconds since, never further than the next beat. */
  shown() {
    if (this.state !== "counting") return this.counted;
    const since = Math.floor((Date.now() - this.confirmedAt) / 1000);
    return this.counted + Math.max(0, Math.min(since, this.launch.beat_seconds));
  }

  confirm(seconds, ticking = true) {
    this.counted = seconds;
    this.confirmedAt = ticking ? Date.now() : 0;
  }

  become(state) {
    if (this.state === state) return;
    this.state = state;
    this.onChange(this);
  }

  /** Look whether to beat; called on every change of attention and once a second. */
  look() {
    if (!this.launch || STOPPED.includes(this.state)) return;
    const attention = this.attention.state();
    if (attention === "here") {
      if (!this.timer) this.turn();
    } else {
      if (this.timer || this.counts()) {
        this.stop();
        this.send(true);
      }
      this.become(attention);
    }
  }

  /** Something is complete: state what was measured until now, then go on, so that the account does not lag behind the clock. */
  settle() {
    if (this.state !== "counting") return;
    this.stop();
    this.send(true).then(() => this.look());
  }

  /** The network is back, or somebody pressed a button: do not wait for the next turn. */
  wake() {
    this.failures = 0;
    this.stop();
    this.look();
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
  }

  async turn() {
    this.timer = setTimeout(() => {}, 0); // marks that a turn is under way
    const mark = this.timer;
    await this.send(false);
    if (this.timer !== mark) return; // stopped while the beat was sent
    const pause = this.failures ? RETRY_MS[Math.min(this.failures, RETRY_MS.length) - 1] : this.launch.beat_seconds * 1000;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.look();
    }, pause);
  }

  send(last) {
    this.flight = this.flight.then(() => this.exchange(last, MOST_AGAIN));
    return this.flight;
  }

  async exchange(last, tries) {
    if (STOPPED.includes(this.state)) return;
    const launch = this.launch;
    const answer = await send(this.url, { nonce: this.nonce, last, ...this.attention.said() }, { token: launch.token });
    if (launch !== this.launch) return; // an answer to a launch that this page no longer has
    if (answer.status === 200) {
      this.nonce = answer.body.nonce;
      this.failures = 0;
      if (answer.body.state === "again" && tries > 0) return this.exchange(last, tries - 1);
      this.accepted(answer.body, last);
    } else {
      this.refused(answer);
    }
  }

  accepted(body, last) {
    this.confirm(body.counted_seconds, body.state === "counting");
    if (body.state === "counting" && this.attention.state() === "here") this.become("counting");
    if (body.stated) this.onStated?.();
    this.onChange(this);
  }

  refused({ status, body }) {
    if (isTemporary(status)) {
      this.failures += 1;
      if (this.attention.state() === "here") this.become("offline");
      return;
    }
    this.stop();
    this.become(status === 409 && body?.code === "lease" ? "lease" : "ended");
  }

  /** The page goes away: one last beat that outlives it. */
  leave() {
    if (!this.launch || !this.counts()) return;
    this.stop();
    send(this.url, { nonce: this.nonce, last: true, ...this.attention.said() }, { token: this.launch.token, keepalive: true });
    this.state = "hidden"; // should the page come back from the browser's cache, it begins a new stretch
  }
}
