// Draws a form of a schema and a document, and keeps both the same: every control writes into the document at once.
//
// Adding, moving and removing change the document and draw the form again; the focus goes where a keyboard expects it.

import { CONTROLS } from "./controls.js";

const SLOW_TO_TYPE_MS = 400;
const FIELD = "input, textarea, select";
const FOCUSABLE = "input, textarea, select, button, summary, video";

/** Make an element: el("p", {class: "x"}, "text", child …). Text is never taken for HTML. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child != null && child !== false));
  return made;
}

/** Return the text with its numbers and words filled in: fill("Question {n}", {n: 1}). */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);

/** Give the focus to the control that stands where the one that had it stood. */
function focusAgain(control, before) {
  if (!control || control.disabled) return;
  control.focus({ preventScroll: true });
  if (control.type === "text" || control.type === "textarea") control.setSelectionRange(before.selectionStart, before.selectionEnd);
}

export class Form {
  /** `services` has upload(file, progress) → {path, mime, seconds} or throws, pictureUrl(path), formula(tex) → {mathml}, and for a quiz the question bank. */
  constructor(root, { schema, texts, services, onChange }) {
    Object.assign(this, { root, schema, texts, services, onChange });
    this.problems = [];
    this.removed = null;
    this.opened = new Set(); // what is folded out
  }

  show(value) {
    this.value = value;
    this.draw();
  }

  /** Draw the form anew; a control that has the focus keeps it, with what is marked in it. */
  draw() {
    const focused = this.root.contains(document.activeElement) ? document.activeElement : null;
    const path = focused?.closest("[data-path]")?.dataset.path;
    const place = path === undefined ? -1 : this.controls(path).indexOf(focused);
    this.count = 0;
    this.root.replaceChildren(...this.fields(this.schema, this.value, ""));
    this.mark(this.problems);
    if (focused) focusAgain(path === undefined ? null : this.controls(path)[place], focused);
  }

  controls(path) {
    return [...(this.at(path)?.querySelectorAll(FOCUSABLE) ?? [])];
  }

  fields(schema, value, path) {
    return schema
      .filter((field) => !field.when || field.when(value))
      .map((field) => CONTROLS[field.kind](this, field, value, path ? `${path}.${field.name}` : field.name))
      .filter(Boolean);
  }

  id() {
    this.count += 1;
    return `field-${this.count}`;
  }

  /** Something was typed or chosen: the field's own problem has had its day. */
  changed(path) {
    this.problems = this.problems.filter((one) => one.path !== path && !one.path.startsWith(`${path}.`) && !one.path.startsWith(`${path}[`));
    if (path) this.unmark(path);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), SLOW_TO_TYPE_MS);
  }

  /** Report a change that waits for the end of typing at once. */
  flush() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.onChange(this.value);
  }

  /** Change the structure and draw again; `focus` is the path of the control that gets the focus, `part` which one of it. */
  restructure(change, focus, part = `${FIELD}, button`) {
    change();
    this.problems = []; // their paths may name other fields now
    this.draw();
    this.changed("");
    const box = this.nearest(focus) ?? this.root;
    (box.querySelector(part) ?? box.querySelector(FOCUSABLE))?.focus();
  }

  at(path) {
    return this.root.querySelector(`[data-path="${CSS.escape(path)}"]`);
  }

  /** Take something out of a list, with a way back that has the focus. */
  remove(list, index, path) {
    const [gone] = list.splice(index, 1);
    this.removed = { list, index, gone, path };
    this.restructure(() => {}, path, "[data-restore]");
  }

  restore() {
    const { list, index, gone, path } = this.removed;
    this.removed = null;
    this.restructure(() => list.splice(index, 0, gone), `${path}[${index}]`, FIELD);
  }

  unmark(path) {
    const box = this.at(path);
    if (!box) return;
    box.classList.remove("has-error");
    box.querySelectorAll(":scope > .error").forEach((one) => one.remove());
    box.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
  }

  /** Show problems [{path, words}] at their fields; return [words with the field's name, id of its control]. */
  mark(problems) {
    this.problems = problems;
    return problems.map(({ path, words }) => {
      const box = this.nearest(path);
      if (!box) return [words, ""];
      const said = el("p", { class: "error", id: `${this.id()}-error` }, words);
      for (let at = box.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
      const label = box.querySelector(":scope > label, :scope > legend, :scope > .card-title");
      box.classList.add("has-error");
      label ? label.after(said) : box.prepend(said);
      const control = box.querySelector("input, textarea, select, button");
      control?.setAttribute("aria-invalid", "true");
      control?.setAttribute("aria-describedby", said.id);
      return [[this.placeOf(box), words].filter(Boolean).join(": "), control?.id ?? ""];
    });
  }

  /** The field of a path, or the one that holds it. */
  nearest(path) {
    for (let at = path; at; at = at.slice(0, Math.max(at.lastIndexOf("."), at.lastIndexOf("["), 0))) {
      const box = this.at(at);
      if (box) return box;
    }
    return null;
  }

  placeOf(box) {
    const card = box.closest("[data-title]");
    const label = box.querySelector(":scope > label, :scope > legend")?.firstChild?.textContent ?? box.querySelector("input[type=text][aria-label]")?.ariaLabel ?? "";
    return [card?.dataset.title, label === card?.dataset.title ? "" : label].filter(Boolean).join(" · ");
  }
}
