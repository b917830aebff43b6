// The trainer's preview: frames the content as the player does, measures nothing, saves nothing, and lists what the content reports.

import { isTemporary, send } from "./api.js";
import { Content } from "./content.js";
import { Frame } from "./frame.js";
import { lost, sound } from "./statement.js";
import { TriedUnit } from "./tried-unit.js";

const MOST_SHOWN = 200;

const config = JSON.parse(document.getElementById("preview-config").textContent);
const { texts, urls } = config;
const iframe = document.querySelector("[data-frame]");
const list = document.querySelector("[data-reports]");
const met = new Set();
const attempts = [];
let greeting = false;
let taking = Promise.resolve(); // reports of units, one after the other
let state = null; // as long as the page is open, so that content which loads again goes on where it was

const content = new Content(iframe, {
  loading: document.querySelector("[data-loading]"),
  problem: document.querySelector("[data-problem]"),
  texts: texts.content,
  url: "",
  token: () => null, // failures are reported for learners only
  onChange: () => {},
});

const frame = new Frame(iframe, {
  heard: () => content.heard(),
  ready: () => greet(),
  started: () => content.started(),
  failed: ({ reason, detail }) => content.failed(reason, detail),
  statement: ({ statement }) => report(statement),
  state: ({ body }) => (state = body),
  unit: ({ ref, report }) => (taking = taking.then(() => take(ref, report))),
  answers: (message) => submit(message),
});

// A unit of cmi5 talks with the server by itself, as it does for learners; the server says what it sent.
const unit = config.unit && new TriedUnit(config.unit, {
  csrf: config.csrf,
  frame,
  panel: document.querySelector("[data-unit]"),
  hears: {
    begun: () => list.replaceChildren(),
    reported: ({ name, at, why, met: conditions }) => show(`${new Date(at * 1000).toLocaleTimeString(config.locale)} ${name}`, why ? null : conditions, [], why ? texts.refused_because.replace("{why}", why) : texts.accepted),
    opened: (shows) => (shows ? content.started() : content.loadAgain()),
    moved: () => {},
    result: () => {},
    closed: () => content.become("unit"),
    failed: (detail) => content.failed("error", detail),
  },
});

/** Tell the content where it is, once for each time that it says it is ready: with what its last load reported just before it went. */
async function greet() {
  if (greeting) return;
  greeting = true;
  await taking;
  greeting = false;
  frame.say("init", { iri: config.iri, state, fresh: true, reports: config.reports, locale: config.locale, title: config.title, settings: { ...config.settings, attempts } });
  unit?.framed();
}

async function report(statement) {
  if (!statement?.verb?.id) return;
  const kept = sound(statement);
  const answer = await send(urls.report, { statement: { object: { id: config.iri }, ...kept } }, { cookies: true, csrf: config.csrf });
  const accepted = answer.status === 200;
  show(nameOf(statement.verb), accepted ? answer.body.met : null, [...new Set(lost(statement, kept))], accepted ? texts.nothing : texts.refused);
}

/** A unit of a package reports: the server says what it means, and what the unit keeps stays on this page. */
async function take(ref, report) {
  const units = Object.entries(state?.units ?? {}).map(([id, { cmi: _cmi, ...unit }]) => [id, unit]);
  const kept = { units: Object.fromEntries(units), told: state?.told ?? {} };
  const answer = await send(urls.units, { report, kept }, { cookies: true, csrf: config.csrf });
  if (answer.status === 200) keepUnits(answer.body);
  else if (!isTemporary(answer.status)) show(report.unit, null, [], texts.refused);
  frame.say("kept", { ref, status: answer.status, kept: state ?? {} });
}

function keepUnits({ kept, news }) {
  if (kept) state = { ...kept, units: { ...state?.units, [kept.last]: kept.units[kept.last] } };
  for (const { verb, score, met } of news) show(`${texts[verb.split("/").pop()]}${score === null ? "" : ` (${Math.round(score * 100)}%)`}`, met, []);
}

function nameOf(verb) {
  return verb.display?.[config.locale] ?? verb.display?.["en-US"] ?? verb.display?.en ?? verb.id.split("/").pop();
}

function show(verb, conditions, left, otherwise = texts.nothing) {
  document.querySelector("[data-silent]").hidden = true;
  list.hidden = false;
  const said = conditions?.map((one) => texts[one]).join(" · ") || otherwise;
  const item = document.createElement("li");
  item.textContent = `${verb} → ${said}${left.length ? ` (${texts.left_out}: ${left.join(" ")})` : ""}`;
  list.append(item);
  if (list.children.length > MOST_SHOWN) list.firstElementChild.remove();
  meet(conditions ?? []);
}

function meet(conditions) {
  conditions.forEach((one) => met.add(one));
  if (config.requires.length && config.requires.every((one) => met.has(one))) document.querySelector("[data-met]").textContent = texts.met;
}

/** A quiz is graded by the server, which keeps nothing of it. */
async function submit({ answers, ref }) {
  const answer = await send(urls.answers, { id: ref, answers }, { cookies: true, csrf: config.csrf });
  if (answer.status !== 200) return frame.say("graded", { ref, error: { code: answer.body?.code ?? "", detail: answer.body?.detail ?? String(answer.status) } });
  attempts.push({ ...answer.body, number: attempts.length + 1 });
  frame.say("graded", { ref, grade: answer.body });
  if (config.settings.grading === "server") meet(answer.body.passed ? ["completed", "passed"] : ["completed"]); // as the statement that the server would write
}
