// The page beside a live session: the meeting is elsewhere, so this page asks for a sign of life at least every ten minutes.
//
// Opening the page, coming back to it and its button are signs. The server measures from one beat to the next, within the session.

import { isTemporary, send, serverTime, setTime } from "./api.js";
import { Beats } from "./beats.js";
import { ClockView } from "./clock.js";

const REOPEN_MS = [2000, 5000, 10000, 20000];
const SIGNS = ["pointerdown", "keydown"];
const CALL_BEFORE_S = 120; // the tab's title asks for a sign so long before the clock pauses

const config = JSON.parse(document.getElementById("live-config").textContent);
const { urls, texts } = config;
setTime(config.now_ms);

const title = document.title;
const note = document.querySelector("[data-here-note]");
const clock = new ClockView(document.querySelector("[data-clock-root]"), texts.states);
let lastSign = Date.now();
let launch = null;

const serverMs = () => Date.parse(serverTime());
const quiet = () => Math.max(0, Math.floor((Date.now() - lastSign) / 1000));
const attention = {
  said: () => ({ quiet_s: quiet(), media: false }),
  state: () => {
    if (serverMs() < config.starts_ms) return "early";
    if (serverMs() >= config.ends_ms) return "over";
    return quiet() >= config.quiet_seconds ? "alone" : "here";
  },
};
const beats = new Beats(urls.beat, attention, show);

/** A person did something: what was too long ago is closed first, and only then a new stretch begins. */
async function sign() {
  if (attention.state() === "alone") {
    beats.look();
    await beats.flight;
  }
  lastSign = Date.now();
  if (beats.timer && beats.state === "counting") beats.wake(); // a beat for every sign, so that the ten minutes begin here
  else beats.look();
}

for (const kind of SIGNS) addEventListener(kind, ({ isTrusted }) => isTrusted && sign(), { passive: true, capture: true });
document.addEventListener("visibilitychange", sign); // leaving for the meeting and coming back are both acts
document.querySelector("[data-here]").addEventListener("click", () => {
  note.textContent = texts.here;
});
document.querySelector('[data-clock="take"]').addEventListener("click", () => open());
setInterval(() => {
  beats.look();
  show(beats);
}, 1000);
await open();

async function open(tries = 0) {
  const answer = await send(urls.open, {}, { cookies: true, csrf: config.csrf });
  if (answer.status === 200) {
    launch = answer.body;
    setTime(launch.now_ms);
    beats.begin(launch);
  } else if (isTemporary(answer.status)) {
    beats.become("offline");
    setTimeout(() => !launch && open(tries + 1), REOPEN_MS[Math.min(tries, REOPEN_MS.length - 1)]);
  } else {
    beats.become(answer.status === 401 || answer.status === 400 ? "signin" : "closed");
  }
}

function show(now) {
  clock.show(now.state, now.shown(), config.cap_seconds);
  const call = now.state === "alone" || (now.state === "counting" && quiet() >= config.quiet_seconds - CALL_BEFORE_S);
  document.title = call ? `● ${texts.call}` : title;
  if (call) note.textContent = "";
}
