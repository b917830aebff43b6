// How does the page talk with the content? By messages alone: the frame runs other people's code on another host.
//
// What a frame says is believed only if the window is ours, because a frame may have no origin ("null"); nothing secret is sent in.

import { uuid } from "./api.js";

const LARGEST_STATE = 64 * 1024; // bytes, as lms.learning.state
const TALLEST_PX = 20000;
const BELOW_THE_CLOCK_PX = 104;

const bytesOf = (body) => new TextEncoder().encode(JSON.stringify(body ?? null)).length;

export class Frame {
  /** `hears` has a function for each kind of message: heard (any), ready, started, failed, active, media, statement, parting, state, answers, unit, reported, lapsed, unkept, captions, pages. */
  constructor(iframe, hears) {
    Object.assign(this, { iframe, hears });
    this.key = uuid(); // our part of the frame hears it and content does not: with it, it says that a person moved
    addEventListener("message", (event) => {
      if (event.source === iframe.contentWindow && event.data?.th === 1) this.hear(event.data);
    });
  }

  hear(message) {
    const { type } = message;
    this.hears.heard?.();
    if (type === "hello" || type === "ready") this.say("key", { key: this.key }); // "ready": a frame from before an update says no hello
    if (type === "height") this.grow(message.px);
    else if (type === "sight") this.show(message.top);
    else if (type === "state" && bytesOf(message.body) > LARGEST_STATE) this.hears.unkept?.({});
    else if (Object.hasOwn(this.hears, type)) this.hears[type](message);
  }

  grow(px) {
    const height = Number(px);
    if (height > 0 && height <= TALLEST_PX) this.iframe.style.height = `${Math.ceil(height)}px`;
  }

  /** Bring a place in the frame into sight, below the clock, where it is not. */
  show(top) {
    const place = this.iframe.getBoundingClientRect().top + Number(top);
    if (place >= BELOW_THE_CLOCK_PX && place < innerHeight / 2) return;
    scrollTo({ top: scrollY + place - BELOW_THE_CLOCK_PX, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  say(type, rest = {}) {
    this.iframe.contentWindow?.postMessage({ th: 1, type, ...rest }, "*"); // an opaque origin cannot be named
  }
}
