// A unit of cmi5 talks with the server by itself. When is it opened, and how does this page learn what it does?
//
// The unit counts as shown when it has said so ("initialized"). In a window of its own nobody hears what people do there: this page must
// stay visible, and a person must touch it now and then, or the clock pauses.

import { isTemporary, send } from "./api.js";

export const SOON_MS = 2000;
const OPEN_TURNS = 4; // of those
const RARELY_MS = 10000;
const SIGN_MS = 30000;
const RESULTS = ["completed", "passed", "failed"];

export class Unit {
  /** `config`: {start, look, own_window, texts}; `hears` has: opened, moved, result, closed, failed. */
  constructor(config, { csrf, token, frame, panel, hears }) {
    Object.assign(this, { config, csrf, token, frame, panel, hears });
    this.state = "waiting"; // waiting | loading | open | closed
    this.said = [];
    panel.querySelector("[data-unit-open]").addEventListener("click", () => this.press());
    setInterval(() => this.state === "open" && config.own_window && !document.hidden && hears.moved(), SIGN_MS);
    this.turn();
  }

  /** The page's frame is there: the unit opens in it, or people are asked to open its window. */
  framed() {
    const show = (url) => this.frame.say("unit", { url });
    if (!this.config.own_window) return this.begun ? this.shown(show) : this.start(show);
    if (this.state !== "waiting") return;
    this.ask(this.config.texts.own_window, this.config.texts.open);
    this.hears.closed();
  }

  press() {
    if (!this.config.own_window) return this.start((url) => this.frame.say("unit", { url }));
    const opened = open("about:blank"); // now, while the browser knows that a person asked for it
    if (!opened) return this.ask(this.config.texts.blocked, this.config.texts.open);
    opened.opener = null;
    this.start((url) => (opened.location.href = url));
  }

  async start(show) {
    this.panel.hidden = true;
    const { status, body } = await this.begin();
    if (status === 200) {
      this.started(body);
      this.shown(show);
    } else if (isTemporary(status)) setTimeout(() => this.start(show), RARELY_MS);
    else this.hears.failed(body?.detail ?? String(status));
  }

  /** Have the server begin a session of the unit. */
  begin() {
    return send(this.config.start, { token: this.token() }, { cookies: true, csrf: this.csrf });
  }

  /** Ask the server how the unit fares. */
  stateAsked() {
    return send(this.config.look, {}, { token: this.token() });
  }

  /** The server has begun a session of the unit, with this address. */
  started(begun) {
    this.begun = begun;
  }

  shown(show) {
    Object.assign(this, { state: "loading", said: [] });
    show(this.begun.url);
    this.begun = null; // its address opens the unit once
    if (this.config.own_window) this.ask(this.config.texts.own_window, this.config.texts.again);
    this.hears.opened(false);
    this.look();
  }

  /** Does the opening of the activity begin a session, too? Not of a unit whose window a person must ask for. */
  startsAtOnce() {
    return !this.config.own_window && this.state === "waiting" && !this.begun;
  }

  /** Ask soon whether the unit shows, and then now and then what it did. */
  turn(number = 1) {
    setTimeout(async () => {
      const due = this.state === "loading" || (this.state === "open" && number % OPEN_TURNS === 0);
      if (due && !document.hidden) await this.look();
      this.turn(number + 1);
    }, SOON_MS);
  }

  async look() {
    const { status, body } = await this.stateAsked();
    if (status !== 200 || !["loading", "open"].includes(this.state)) return;
    const results = body.said.filter((verb) => RESULTS.includes(verb) && !this.said.includes(verb));
    this.said = body.said;
    if (results.length) this.hears.result();
    if (body.state === "open" && this.state === "loading") this.hears.opened(true);
    if (body.state !== "closed") this.state = body.state;
    else this.close();
  }

  close() {
    this.state = "closed";
    this.frame.say("unit", { url: "" });
    this.ask(this.config.texts.closed, this.config.texts.again);
    this.hears.closed();
  }

  ask(words, button) {
    this.panel.hidden = false;
    this.panel.querySelector("[data-unit-words]").textContent = words;
    this.panel.querySelector("[data-unit-open]").textContent = button;
  }
}
