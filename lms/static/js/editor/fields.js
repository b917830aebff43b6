// The fields of the editor: what is typed becomes steps, and problems stand at the field that they concern.

const PAUSE_MS = 700;

export const byId = (id) => document.getElementById(id);

function valueOf(input) {
  if (input.type !== "number") return input.value;
  return input.value.trim() === "" ? null : Math.max(0, Math.round(Number(input.value)));
}

const written = (value) => (value === null || value === undefined ? "" : String(value));

function stepOf(input) {
  const { of, key, field, saved } = input.dataset;
  const was = input.type === "number" ? (saved === "" ? null : Number(saved)) : saved;
  return { do: "set", of, key, field, was, to: valueOf(input) };
}

/** Send what is typed after a short pause, and at once when the field is left. */
export function listen(outbox) {
  const typed = (event, delay) => {
    const input = event.target;
    if (!input.dataset?.field) return;
    outbox.type(stepOf(input), delay);
  };
  document.addEventListener("input", (event) => typed(event, PAUSE_MS));
  document.addEventListener("change", (event) => event.target.dataset?.field && (typed(event, 0), outbox.flush()));
}

/** Send what was chosen or typed before this script was there, and show what an earlier page left on the device. */
export function takeOver(outbox) {
  const early = [...document.querySelectorAll("[data-field]")].filter(touched);
  for (const step of outbox.left) {
    const input = step.do === "set" && inputOf(step);
    if (input && !early.includes(input)) input.value = written(step.to);
  }
  noteSaved(outbox.left);
  for (const input of early) outbox.type(stepOf(input), PAUSE_MS);
}

/** Browsers restore no field of the editor (`autocomplete` is off): another value than the page came with is a person's. */
function touched(input) {
  if (!input.options) return input.value !== input.defaultValue;
  const came = [...input.options].find((one) => one.defaultSelected);
  return !!came && !came.selected;
}

/** Note that a field's value is on its way or stored: the next change starts from it. */
export function noteSaved(steps) {
  for (const step of steps) {
    const input = step.do === "set" && inputOf(step);
    if (input) input.dataset.saved = written(step.to);
  }
}

export function inputOf({ of, key, field }) {
  return document.querySelector(`[data-of="${of}"][data-key="${CSS.escape(key)}"][data-field="${field}"]`);
}

/** Put a value into a field as it stands on the server. */
export function show(step, value) {
  const input = inputOf(step);
  if (!input) return;
  input.dataset.saved = written(value);
  if (input.value !== written(value)) input.value = written(value);
}

/** Show each problem at its field and in the list on top; `faults`: {id, of, key, at, words}. */
export function showFaults(faults) {
  const told = new Map();
  for (const one of faults) told.set(one.id, [...(told.get(one.id) ?? []), one.words]);
  for (const line of document.querySelectorAll("[id$='-error']")) {
    const id = line.id.slice(0, -"-error".length);
    const words = told.get(id)?.join("; ") ?? "";
    line.textContent = words;
    line.hidden = !words;
    line.closest(".field")?.classList.toggle("has-error", !!words);
    const input = byId(id);
    if (input) words ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
  }
  markActivities(faults);
  const list = document.querySelector("[data-fault-list]");
  list.replaceChildren(...faults.map(entry));
  list.closest("[data-faults]").hidden = !faults.length;
}

/** Mark the activities that have something to mend: their fields may not be open. */
export function markActivities(faults) {
  const wrong = new Set(faults.filter((one) => one.of === "activity").map((one) => one.key));
  for (const item of document.querySelectorAll("[data-activity]")) item.querySelector("[data-line=fault]").hidden = !wrong.has(item.dataset.activity);
}

function entry(fault) {
  const [item, link] = [document.createElement("li"), document.createElement("a")];
  link.href = `#${fault.id}`;
  link.dataset.goto = fault.id;
  link.dataset.activityOf = fault.of === "activity" ? fault.key : "";
  link.textContent = fault.at;
  item.append(link, document.documentElement.lang.startsWith("zh") ? "：" : ": ", fault.words);
  return item;
}

/** Open the activity of a field if it has one, and go to the field. */
export async function goTo(id, activity) {
  const details = activity && byId(`activity-${activity}`)?.querySelector("details");
  if (details && !details.open) {
    details.open = true;
    for (let tries = 0; tries < 40 && !byId(id); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const target = byId(id) ?? byId(`${id}-error`) ?? details;
  for (let fold = target?.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
  target?.scrollIntoView({ block: "center" });
  (target?.matches("input, select, textarea") ? target : details?.querySelector("summary"))?.focus({ preventScroll: true });
}

/** Renew what the outline says of activities. */
export function showLines(lines) {
  for (const [key, line] of Object.entries(lines)) {
    const item = byId(`activity-${key}`);
    if (!item) continue;
    for (const name of ["title", "gate", "format"]) item.querySelector(`[data-line=${name}]`).textContent = line[name];
    item.querySelector("[data-line=minutes]").textContent = line.minutes ?? "–";
  }
}

/** Name the parts and their buttons by what their titles are now. */
export function nameParts() {
  const own = document.documentElement.lang.startsWith("zh") ? ["zh", "en"] : ["en", "zh"];
  for (const part of document.querySelectorAll("[data-module]")) {
    const titles = own.map((language) => part.querySelector(`[data-of=module][data-field="title.${language}"]`).value.trim());
    part.querySelector("[data-part-title]").textContent = titles.find(Boolean) ?? "";
  }
}
