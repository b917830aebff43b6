// The course editor: saves while people write, shows problems where they are, orders by buttons or dragging, undoes.

import { announce, showToast, wake } from "../ui.js";
import { sendFile } from "../upload.js";
import { ask, tellRefused } from "./conflicts.js";
import { goTo, listen, markActivities, nameParts, noteSaved, show, showFaults, showLines, takeOver } from "./fields.js";
import { focusFirst, selectorsOf, setAble } from "./focus.js";
import { Order } from "./order.js";
import { Outbox } from "./outbox.js";

const config = JSON.parse(document.getElementById("editor-config").textContent);
const { texts } = config;
const saveLine = document.querySelector("[data-save-line]");
const kept = document.querySelector("[data-kept]");
const addPart = document.querySelector("[data-add-part]");
let revision = config.revision;
let faults = [];
const turns = () => ["undo", "redo"].map((name) => document.querySelector(`[data-turn=${name}]`));

function say(words) {
  if (saveLine.textContent !== words) saveLine.textContent = words;
}

const outbox = new Outbox(config, {
  queued: noteSaved,
  saving: () => say(texts.saving),
  waiting: () => say(texts.again),
  stored(answer, change, left) {
    kept.hidden = true;
    take(answer, change.steps.some((one) => one.do === "insert"));
    for (const conflict of answer.conflicts) {
      const step = change.steps.find((one) => one.of === conflict.of && one.key === conflict.key && (one.field ?? "") === conflict.field);
      if (step) ask(conflict, step, outbox, texts);
    }
    if (!left) say(texts.saved);
  },
  signedOut() {
    say(texts.signed_out);
    kept.hidden = false;
    kept.querySelector("[data-kept-title]").textContent = texts.signed_out;
    kept.querySelector("[data-kept-text]").textContent = texts.kept;
  },
  refused(change, words, left) {
    tellRefused(change, words, texts);
    if (!left) say(texts.saved);
    reload();
  },
});

/** Take over what the server says of the draft; `anew`: the parts and activities are asked for again. */
function take(answer, anew) {
  const others = answer.revision > revision + 1;
  revision = Math.max(revision, answer.revision);
  faults = answer.faults;
  ableToTurn(answer.undo, answer.redo);
  document.querySelector("h1").textContent = answer.title;
  showLines(answer.lines);
  nameParts();
  showFaults(faults);
  if (others) showToast(texts.others, "info");
  if (anew || others) reload();
}

function ableToTurn(back, again) {
  const [undo, redo] = turns();
  undo.disabled &&= !back; // first what can be pressed: it may take the focus
  redo.disabled &&= !again;
  setAble(undo, back, redo);
  setAble(redo, again, undo);
}

/** Ask for the parts and activities again; what is open stays open, and the focus and the fields around it stay where they are. */
async function reload() {
  const answer = await fetch(config.urls.outline).catch(() => null);
  if (!answer?.ok) return;
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("outline");
  const old = document.getElementById("outline");
  if (!found || outbox.changes.length || outbox.typing.size) return;
  if (Number(found.dataset.revision) < revision) return reload(); // a change was stored while this answer was on its way
  const open = [...old.querySelectorAll("[data-activity]:has(details[open])")].map((one) => one.id);
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const held = holdFields(active?.closest(".part-body"), found);
  const selectors = active ? selectorsOf(active) : [];
  revision = Number(found.dataset.revision);
  wake(found);
  old.replaceWith(found);
  window.htmx.process(found);
  for (const id of open) document.getElementById(id)?.querySelector("details").setAttribute("open", "");
  markActivities(faults);
  if (held) active.focus({ preventScroll: true });
  else if (active) focusFirst(...selectors.map((one) => found.querySelector(one)), addPart);
  else if (document.activeElement === addPart && addPart.dataset.pressed) focusFirst(titleOfLastPart());
  delete addPart.dataset.pressed;
}

/** The title of the last part, in the language of the page. */
function titleOfLastPart() {
  const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  return [...document.querySelectorAll(`[data-module] [data-field="title.${language}"]`)].filter((one) => one.dataset.of === "module").at(-1);
}

/** Put the fields that somebody is in into the new outline as they are: asked for again, they would be gone for a moment, and so would keys. */
function holdFields(fields, found) {
  const details = fields && found.querySelector(`#${CSS.escape(fields.closest("[data-activity]").id)} details`);
  if (!details) return false;
  details.removeAttribute("hx-get");
  details.querySelector(".part-body").replaceWith(fields);
  return true;
}

async function turn(button) {
  await outbox.settled();
  const answer = await outbox.post(config.urls[button.dataset.turn], {});
  if (answer?.status !== 200) return;
  for (const { of, key, field, value } of answer.body.values) show({ of, key, field }, value);
  take(answer.body, answer.body.structure);
  for (const one of answer.body.conflicts) ask(one, { do: "set", of: one.of, key: one.key, field: one.field, to: one.mine }, outbox, texts);
  say(texts.saved);
}

function remove(button) {
  const { remove: of, key } = button.dataset;
  const item = of === "activity" ? document.getElementById(`activity-${key}`) : button.closest("[data-module]");
  const next = item.nextElementSibling ?? item.previousElementSibling;
  outbox.flush();
  outbox.add([{ do: "remove", of, key }]);
  item.remove();
  showToast(texts.removed, "info");
  focusFirst(next?.querySelector("summary, input"), ...turns(), addPart);
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-turn], [data-remove], [data-add-part], [data-goto]");
  if (!target) return;
  if (target.dataset.turn) turn(target);
  else if (target.dataset.remove) remove(target);
  else if (target.dataset.goto) {
    event.preventDefault();
    goTo(target.dataset.goto, target.dataset.activityOf);
  } else {
    const last = [...document.querySelectorAll("[data-module]")].at(-1);
    addPart.dataset.pressed = "yes";
    outbox.flush();
    outbox.add([{ do: "insert", of: "module", after: last?.dataset.module ?? null }]);
  }
});

// A link that leaves the page waits until everything is stored.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || link.getAttribute("href").startsWith("#") || event.ctrlKey || event.metaKey) return;
  outbox.flush();
});
addEventListener("beforeunload", (event) => outbox.changes.length && outbox.failures && event.preventDefault());

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.target.matches("input[type=text], textarea")) return;
  const which = event.key === "z" && !event.shiftKey ? "undo" : event.key === "y" || (event.key.toLowerCase() === "z" && event.shiftKey) ? "redo" : "";
  const button = which && document.querySelector(`[data-turn=${which}]`);
  if (!button || button.disabled) return;
  event.preventDefault();
  turn(button);
});

document.addEventListener("change", (event) => {
  const { sendTo } = event.target.dataset ?? {};
  if (!sendTo || !event.target.files.length) return;
  for (const file of event.target.files) sendFile(file, sendTo);
  event.target.value = "";
  document.querySelector("[data-upload-list]").scrollIntoView({ block: "center" });
});

document.querySelector("[data-upload-form]").addEventListener("submit", () => {
  setTimeout(() => document.querySelector("[data-upload-list]:not([hidden])")?.scrollIntoView({ block: "center" }));
});

// A file has become an activity.
new MutationObserver((records) => {
  for (const node of records.flatMap((one) => [...one.addedNodes])) {
    const added = node.nodeType === 1 && (node.matches("[data-added]") ? node : node.querySelector("[data-added]"));
    if (added && !added.dataset.seen) {
      added.dataset.seen = "yes";
      outbox.settled().then(reload).then(() => refresh());
    }
  }
}).observe(document.querySelector("[data-upload-list]"), { childList: true, subtree: true });

/** Renew the problems after something came in by another way. */
async function refresh() {
  const answer = await fetch(location.pathname).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const name = "[data-faults]";
  const linked = document.querySelector(name).contains(document.activeElement);
  document.querySelector(name).replaceWith(page.querySelector(name));
  if (linked) focusFirst(document.querySelector(`${name} a`), document.getElementById("main"));
  ableToTurn(...["undo", "redo"].map((one) => "wakes" in page.querySelector(`[data-turn=${one}]`).dataset));
  if (document.querySelector("[data-faults]").hidden) announce(texts.saved);
}

// An activity that was opened before htmx listened asks for its fields now.
addEventListener("DOMContentLoaded", () => {
  for (const one of document.querySelectorAll("details.part-open[open]")) window.htmx.trigger(one, "toggle");
});

listen(outbox);
new Order(outbox, texts);
if (outbox.changes.length) say(texts.saving); // an earlier page left them on this device
takeOver(outbox);
wake();
document.addEventListener("htmx:load", (event) => wake(event.detail.elt));
