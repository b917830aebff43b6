// The player page: opens the launch, frames the content, measures, keeps and sends. Each part answers one question in its own file.

import { isTemporary, send, uuid } from "./api.js";
import { Attention } from "./attention.js";
import { Beats } from "./beats.js";
import { ClockView } from "./clock.js";
import { Frame } from "./frame.js";
import { Progress } from "./progress.js";
import { Queue } from "./queue.js";
import { openShelf } from "./shelf.js";

const STATE_AFTER_MS = 1500;
const REOPEN_MS = [2000, 5000, 10000, 20000];

const config = JSON.parse(document.getElementById("player-config").textContent);
const { place, urls, texts } = config;
const tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("lms-player") : null;

let launch = null;
let frameReady = false;
let stateTimer = null;
let latestState;

const clock = new ClockView(document.querySelector("[data-clock-root]"), texts.states);
const progress = new Progress(document.querySelector("[data-progress]"), urls.progress);
const attention = new Attention(() => beats.look());
const beats = new Beats(urls.beat, attention, show);
beats.onStated = () => progress.expect();

const queue = new Queue(await openShelf(), urls, (where) => renew(where), {
  changed: () => showWaiting(),
  delivered: (group, answer) => delivered(group, answer),
  refused: (entry, why) => refused(entry, why),
});

const frame = new Frame(document.querySelector("[data-frame]"), {
  ready: () => {
    frameReady = true;
    greet();
  },
  active: () => attention.noticed(),
  media: (message) => attention.media(Boolean(message.playing)),
  statement: (message) => keepStatement(message.statement),
  state: (message) => keepState(message.body),
  answers: (message) => queue.add("answers", { id: uuid(), answers: message.answers }, mine()),
});

setInterval(() => {
  beats.look();
  show(beats);
}, 1000);
document.querySelector('[data-clock="take"]').addEventListener("click", () => open(true));
tabs?.addEventListener("message", () => beats.state === "counting" && beats.wake()); // another tab opened something: ask the server who is live
latestState = await queue.unsentState(place); // what this device has not sent yet is newer than what the server will answer
await open(true);
queue.soon();

function mine() {
  return { place, token: launch?.token };
}

/** Open or resume the launch and take the lease; without a network, keep trying. */
async function open(take, tries = 0) {
  const answer = await send(urls.open, { ...place, take }, { cookies: true, csrf: config.csrf });
  if (answer.status === 200) {
    launch = answer.body;
    beats.begin(launch);
    tabs?.postMessage("opened");
    greet();
    frame.say("resume");
  } else if (isTemporary(answer.status)) {
    beats.become("offline");
    setTimeout(() => !launch && open(take, tries + 1), REOPEN_MS[Math.min(tries, REOPEN_MS.length - 1)]);
  } else {
    beats.become(answer.status === 401 || answer.status === 400 ? "signin" : "closed");
  }
}

/** Return a token for entries whose launch has ended; null where nobody signed in may, undefined without an answer. */
async function renew(where) {
  const answer = await send(urls.open, { ...where, take: false }, { cookies: true, csrf: config.csrf });
  if (answer.status === 200) return answer.body.token;
  return isTemporary(answer.status) ? undefined : null;
}

/** Tell the content where it is and where the learner was, once both sides are there. */
async function greet() {
  if (!frameReady || !launch) return;
  frameReady = false; // once for each time the frame loads
  const unsent = await queue.unsentState(place);
  frame.say("init", { iri: config.iri, state: unsent ?? latestState ?? launch.state, locale: config.locale, title: config.title, settings: { ...config.settings, attempts: launch.attempts } });
  document.querySelector("[data-loading]").hidden = true;
}

function keepStatement(statement) {
  if (!statement?.verb?.id) return;
  queue.add("statement", { object: { id: config.iri }, ...statement, id: uuid(), timestamp: new Date().toISOString() }, mine());
}

function keepState(body) {
  latestState = body;
  clearTimeout(stateTimer);
  stateTimer = setTimeout(saveState, STATE_AFTER_MS);
}

function saveState() {
  clearTimeout(stateTimer);
  stateTimer = null;
  queue.addState(latestState, mine());
}
addEventListener("pagehide", () => stateTimer && saveState(), { capture: true });

function delivered(group, answer) {
  if (group[0].kind === "answers") frame.say("graded", { id: group[0].id, grade: answer });
  if (group[0].kind !== "state") progress.expect();
}

function refused(entry, { code, reason }) {
  if (entry.kind === "answers") frame.say("graded", { id: entry.id, error: { code, detail: reason } });
  const note = document.querySelector("[data-refused]");
  note.hidden = false;
  note.textContent = texts.refused.replace("{reason}", reason);
}

async function showWaiting() {
  const note = document.querySelector("[data-waiting]");
  const count = (await queue.waiting()).length;
  note.hidden = count === 0 || navigator.onLine !== false && queue.failures === 0;
  note.textContent = texts.waiting.replace("{count}", String(count));
}

let shown = "";
function show(now) {
  clock.show(now.state, now.shown(), launch?.cap_seconds ?? config.cap_seconds);
  if (now.state === shown) return;
  const stopped = (state) => ["hidden", "lease", "ended"].includes(state);
  if (stopped(now.state) && !stopped(shown)) frame.say("pause");
  else if (stopped(shown) && !stopped(now.state)) frame.say("resume");
  shown = now.state;
}
