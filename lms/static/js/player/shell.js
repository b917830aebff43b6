// The player page: opens the launch, frames the content, measures, keeps and sends. Each part answers one question in its own file.

import { Ahead } from "./ahead.js";
import { isTemporary, send, serverTime, setTime, uuid } from "./api.js";
import { Attention } from "./attention.js";
import { Beats } from "./beats.js";
import { ClockView } from "./clock.js";
import { Content } from "./content.js";
import { Frame } from "./frame.js";
import { Looks } from "./looks.js";
import { Outline } from "./outline.js";
import { Progress } from "./progress.js";
import { keyOf, Queue } from "./queue.js";
import { openShelf } from "./shelf.js";
import { lost, sound } from "./statement.js";
import { Unit } from "./unit.js";
import { WaitingNote } from "./waiting.js";

const LONGEST_DETAIL = 300; // as lms.learning.failures
const STATE_AFTER_MS = 1500;
const TOO_LARGE = 413;
const REOPEN_MS = [2000, 5000, 10000, 20000];

const config = JSON.parse(document.getElementById("player-config").textContent);
const { place, urls, texts } = config;
setTime(config.now_ms);
const tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("lms-player") : null;

let launch = null;
let greeted = false; // what the opening brought of a package's state is fresh at the first greeting alone
let frameReady = false;
let shown = ""; // up here: the clock is shown already while `open` below is awaited
let stateTimer = null;
let latestState;
let full = false; // the clock has shown all that the activity can earn
let parting = null; // what the content would say last, should the page go away
const asked = new Map(); // submissions whose grade the content waits for, and what it calls them
const graded = []; // grades of this activity that came after the page was opened

const clock = new ClockView(document.querySelector("[data-clock-root]"), texts.states);
const outline = new Outline(document.querySelector("[data-outline]"), document.querySelector("[data-outline-opener]"), texts.outline, (number) => frame.say("page", { number }));
const looks = new Looks(document.querySelector("[data-player]"), (chosen) => frame.say("looks", { looks: chosen }));
const progress = new Progress(document.querySelector("[data-progress]"), urls.progress, (gateOpen, list) => {
  leadOn(gateOpen);
  outline.renew(list);
});
const iframe = document.querySelector("[data-frame]");
const content = new Content(iframe, {
  loading: document.querySelector("[data-loading]"),
  problem: document.querySelector("[data-problem]"),
  texts: texts.content,
  url: urls.failed,
  token: () => launch?.token,
  onChange: () => beats.look(),
});
const ahead = new Ahead(config.ahead);
const attention = new Attention(() => beats.look(), () => content.state, config.attention);
const beats = new Beats(urls.beat, attention, show);
beats.onStated = () => progress.expect();

const waiting = new WaitingNote(document.querySelector("[data-waiting]"), texts.waiting, config.locale);
const queue = new Queue(await openShelf(), urls, (where) => renew(where), {
  leaving: () => goAway(),
  changed: () => showWaiting(),
  delivered: (group, answer) => delivered(group, answer),
  refused: (entry, why) => refused(entry, why),
  lessened: (entry, body) => keyOf(entry.place) === keyOf(place) && reportLost(entry.body, body),
});

const frame = new Frame(iframe, {
  heard: () => content.heard(),
  ready: () => {
    frameReady = true;
    greet();
  },
  started: () => started(),
  failed: ({ reason, detail }) => content.failed(reason, detail),
  active: ({ key }) => attention.noticed(key === frame.key),
  media: (message) => attention.media(Boolean(message.playing)),
  statement: (message) => keepStatement(message.statement),
  parting: (message) => (parting = message.statement),
  state: (message) => keepState(message.body),
  answers: (message) => submit(message),
  reported: ({ ended }) => reported(Boolean(ended)),
  lapsed: () => lapse(),
  unkept: ({ status }) => (status && status !== TOO_LARGE ? tell(texts.refused, String(Number(status))) : tell(texts.unkept)),
  captions: ({ on }) => looks.captioned(Boolean(on)),
  pages: (message) => outline.show(message),
});

function started() {
  content.started();
  ahead.begin();
}

const unit = config.unit && new Unit(config.unit, {
  csrf: config.csrf,
  token: () => launch?.token,
  frame,
  panel: document.querySelector("[data-unit]"),
  hears: {
    opened: (shows) => (shows ? started() : content.loadAgain()),
    moved: () => attention.noticed(false),
    result: () => {
      beats.settle();
      progress.expect();
    },
    closed: () => content.become("unit"),
    failed: (detail) => content.failed("error", detail),
  },
});

setInterval(() => {
  beats.look();
  show(beats);
}, 1000);
for (const change of ["online", "offline"]) addEventListener(change, () => showWaiting());
document.querySelector('[data-clock="take"]').addEventListener("click", () => open(true));
tabs?.addEventListener("message", ({ data }) => {
  if (data.grade || data.error) tellGrade(data); // another tab sent what this one had handed in
  else if (beats.state === "counting") beats.wake(); // another tab opened something: ask the server who is live
});
latestState = await queue.unsentState(place); // what this device has not sent yet is newer than what the server will answer
await open(true);
queue.soon();
progress.load();

function mine() {
  return { place, token: launch?.token };
}

/** Open or resume the launch and take the lease; without a network, keep trying. */
async function open(take, tries = 0) {
  const answer = await send(urls.open, { ...place, take, start: take && Boolean(unit?.startsAtOnce()) }, { cookies: true, csrf: config.csrf });
  if (answer.status === 200 && take && answer.body.version !== place.version) return location.reload(); // the class studies another version
  if (answer.status === 200) {
    const before = launch?.reports;
    launch = answer.body;
    setTime(launch.now_ms);
    beats.begin(launch);
    tabs?.postMessage("opened");
    content.sendReports();
    unit?.started(launch.unit);
    greet();
    if (before && launch.reports) renewReports(before.url, launch.reports);
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
  if (answer.status === 403) tell(texts.held, answer.body?.detail ?? "403"); // theirs, but they may not study there now
  return isTemporary(answer.status) ? undefined : null;
}

/** Tell the content where it is and where the learner was, once both sides are there. */
async function greet() {
  if (!frameReady || !launch) return;
  frameReady = false; // once for each time the frame loads
  const unsent = await queue.unsentState(place);
  const handed = await queue.unsentAnswers(place);
  if (handed) asked.set(handed, handed);
  const attempts = [...launch.attempts, ...graded.filter(({ number }) => number > launch.attempts.length)];
  frame.say("init", { iri: config.iri, state: unsent ?? latestState ?? launch.state, fresh: !greeted, reports: launch.reports, looks: looks.chosen, locale: config.locale, title: config.title, settings: { ...config.settings, attempts, handed, drawn: launch.drawn, checked: launch.checked, reflection: launch.reflection } });
  greeted = true;
  unit?.framed();
}

/** The way on is the primary button only when the conditions are met. */
function leadOn(gateOpen) {
  const link = document.querySelector("[data-onward]");
  const note = document.querySelector("[data-gate-note]");
  link?.classList.toggle("button-primary", gateOpen);
  link?.classList.toggle("button-secondary", !gateOpen);
  if (note && gateOpen && note.textContent !== texts.gate_open) note.textContent = texts.gate_open;
}

function keepStatement(statement) {
  if (!statement?.verb?.id) return;
  const kept = sound(statement);
  reportLost(statement, kept);
  queue.add("statement", { object: { id: config.iri }, ...kept, id: uuid(), timestamp: serverTime() }, mine());
  settleAfter(statement.verb.id);
}

/** The trainer reads what the content's statements lost; the learner lost nothing by it. */
function reportLost(said, kept) {
  const names = [...new Set(lost(said, kept))];
  if (names.length) content.report("cleaned", names.join(" ").slice(0, LONGEST_DETAIL));
}

/** What completes an activity ends the stretch: its time is credited now, not with the next five minutes. */
function settleAfter(verb) {
  if (/\/(completed|passed)$/.test(verb)) beats.settle();
}

/** A package reports to an address of its launch: tell it the new one. On another host it cannot send there, so the page begins anew. */
function renewReports(before, reports) {
  if (before === reports.url) return;
  if (new URL(before).origin !== new URL(reports.url).origin) return location.reload();
  frame.say("reports", { reports });
  document.querySelector("[data-refused]").hidden = true;
}

/** A package reported to a launch that has ended: the next beat hears that too, and the clock offers to open another. */
function lapse() {
  tell(texts.lapsed);
  beats.settle();
}

/** A package has told the server itself how far the learner is. */
function reported(ended) {
  if (ended) beats.settle();
  progress.expect();
}

function submit({ answers, ref }) {
  const id = uuid();
  asked.set(id, ref);
  queue.add("answers", { id, answers }, mine());
}

/** Pass on what became of a submission, to the content that handed it in and to no other: the queue sends for every activity. */
function tellGrade({ id, place: of, grade, error }) {
  if (grade && keyOf(of) === keyOf(place)) graded.push(grade);
  if (!asked.has(id)) return;
  frame.say("graded", { ref: asked.get(id), grade, error });
  asked.delete(id);
}

function gradeCame(said) {
  tabs?.postMessage(said);
  tellGrade(said);
}

/** Keep where the learner is. While an answer waits to be judged that is kept at once: the next page asks again by it. */
function keepState(body) {
  latestState = body;
  clearTimeout(stateTimer);
  if (asked.size) saveState();
  else stateTimer = setTimeout(saveState, STATE_AFTER_MS);
}

function saveState() {
  clearTimeout(stateTimer);
  stateTimer = null;
  queue.addState(latestState, mine());
}

/** The page goes away: what the queue has not heard of yet it hears of now, before it sends what fits. */
function goAway() {
  if (stateTimer) saveState();
  if (parting) keepStatement(parting);
  parting = null;
}

function delivered(group, answer) {
  waiting.sent();
  if (group[0].kind === "answers" && answer?.passed) beats.settle();
  if (group[0].kind === "answers") gradeCame({ id: group[0].id, place: group[0].place, grade: answer });
  if (group[0].kind !== "state") progress.expect();
}

function refused(entry, { status, code, reason }) {
  if (entry.kind === "answers") gradeCame({ id: entry.id, place: entry.place, error: { code, detail: reason } });
  if (entry.kind === "statement") tell(status === 413 ? texts.full : texts.unheard); // why, is for whoever made the content: the console has it
  else tell(texts.refused, reason);
}

function tell(words, reason) {
  const note = document.querySelector("[data-refused]");
  note.hidden = false;
  note.textContent = words.replace("{reason}", reason);
}

async function showWaiting() {
  waiting.show(await queue.waiting(), navigator.onLine === false || queue.failures > 0, queue.shelf.loose.size);
}

function show(now) {
  const cap = launch?.cap_seconds ?? config.cap_seconds;
  clock.show(now.state, now.shown(), cap);
  if (launch && !full && now.counted >= cap) {
    full = true;
    beats.settle();
  }
  if (now.state === shown) return;
  const stopped = (state) => ["hidden", "lease", "ended"].includes(state);
  if (stopped(now.state) && !stopped(shown)) frame.say("pause");
  else if (stopped(shown) && !stopped(now.state)) frame.say("resume");
  shown = now.state;
}
