// The controls of a form, one for each kind of field: (form, field, value, path) → the element that shows value[field.name].

import { bank, origin } from "./bank.js";
import { el, fill } from "./form.js";
import { formula } from "./formula.js";
import { file, film, moment, picture } from "./media.js";

export function box(form, path, id, field, ...children) {
  const hint = field.hint ? el("p", { class: "hint", id: `${id}-hint` }, form.texts[field.hint]) : null;
  const optional = field.optional ? el("span", { class: "optional" }, form.texts.optional) : null;
  return el("div", { class: "field", "data-path": path }, el("label", { for: id }, form.texts[field.label], optional), hint, ...children);
}

export const told = (field, id) => (field.hint ? { "aria-describedby": `${id}-hint` } : {});

export function text(form, field, value, path) {
  const id = form.id();
  const write = (event) => {
    const typed = event.target.value;
    if (field.optional && !typed.trim()) delete value[field.name];
    else value[field.name] = typed;
    form.changed(path);
  };
  const shared = { id, maxlength: field.max ?? 2000, oninput: write, ...told(field, id) };
  const input = field.rows ? el("textarea", { ...shared, rows: field.rows }) : el("input", { ...shared, type: "text" });
  input.value = value[field.name] ?? "";
  return box(form, path, id, field, input);
}

function number(form, field, value, path) {
  const id = form.id();
  const write = (event) => {
    const typed = event.target.value.trim();
    if (typed) value[field.name] = Number(typed);
    else if (field.empty !== undefined) value[field.name] = field.empty;
    else delete value[field.name];
    form.changed(path);
  };
  const input = el("input", { id, type: "number", min: field.min, max: field.max, step: field.step ?? 1, inputmode: "decimal", oninput: write, ...told(field, id) });
  input.value = value[field.name] ?? field.empty ?? "";
  return box(form, path, id, field, input);
}

function check(form, field, value, path) {
  const id = form.id();
  const input = el("input", { id, type: "checkbox", onchange: (event) => ((value[field.name] = event.target.checked), form.changed(path)), ...told(field, id) });
  input.checked = Boolean(value[field.name]);
  const hint = field.hint ? el("p", { class: "hint", id: `${id}-hint` }, form.texts[field.hint]) : null;
  return el("div", { class: "field", "data-path": path }, el("div", { class: "choice" }, input, el("label", { for: id }, form.texts[field.label])), hint);
}

function choice(form, field, value, path) {
  const id = form.id();
  const select = el("select", { id, ...told(field, id) }, field.options.map(([key, label]) => el("option", { value: String(key), selected: value[field.name] === key }, form.texts[label])));
  select.addEventListener("change", () => {
    const chosen = field.options.find(([key]) => String(key) === select.value)[0];
    if (field.becomes) form.restructure(() => field.becomes(value, chosen), path);
    else {
      value[field.name] = chosen;
      form.changed(path);
    }
  });
  return box(form, path, id, field, select);
}

/** Words that people part by commas, as a list. */
function tags(form, field, value, path) {
  const id = form.id();
  const write = (event) => {
    const found = [...new Set(event.target.value.split(/[,，、;；]/).map((one) => one.trim()).filter(Boolean))];
    if (found.length) value[field.name] = found;
    else delete value[field.name];
    form.changed(path);
  };
  const input = el("input", { id, type: "text", maxlength: 420, oninput: write, ...told(field, id) });
  input.value = (value[field.name] ?? []).join(form.texts.comma);
  return box(form, path, id, field, input);
}

/** Feedback or another text that is kept in two languages. */
function inner(form, field, value, path) {
  const within = value[field.name] ?? {};
  const write = () => {
    if (Object.values(within).some((one) => String(one).trim())) value[field.name] = within;
    else delete value[field.name];
  };
  const watched = new Proxy(within, {
    set: (target, key, to) => ((target[key] = to), write(), true),
    deleteProperty: (target, key) => (delete target[key], write(), true),
  });
  return el("div", { class: "stack", "data-path": path }, form.fields(field.fields, watched, path));
}

/** Fields of a part that is always there. */
function group(form, field, value, path) {
  return el("div", { class: "stack", "data-path": path }, form.fields(field.fields, (value[field.name] ??= {}), path));
}

/** Fields that are seldom needed, folded in; open if one of them is filled in. Their values lie beside the others. */
function more(form, field, value, path) {
  const above = path.slice(0, path.length - field.name.length - (path === field.name ? 0 : 1));
  const filled = field.fields.some((one) => value[one.name] !== undefined && value[one.name] !== one.empty);
  const open = filled || form.opened.has(path);
  const details = el("details", { class: "disclosure", open }, el("summary", {}, form.texts[field.label]), el("div", { class: "disclosure-body stack" }, form.fields(field.fields, value, above)));
  details.addEventListener("toggle", () => (details.open ? form.opened.add(path) : form.opened.delete(path)));
  return details;
}

function tool(form, words, glyph, onclick, disabled = false) {
  return el("button", { type: "button", class: "button button-quiet author-tool", title: words, "aria-label": words, disabled, onclick }, glyph);
}

function tools(form, list, index, path, name, least) {
  const move = (to, part) => form.restructure(() => list.splice(to, 0, ...list.splice(index, 1)), `${path}[${to}]`, part);
  return el(
    "span",
    { class: "author-tools" },
    tool(form, `${form.texts.up}: ${name}`, "↑", () => move(index - 1, index > 1 ? "[data-up]" : "[data-down]"), index === 0),
    tool(form, `${form.texts.down}: ${name}`, "↓", () => move(index + 1, index < list.length - 2 ? "[data-down]" : "[data-up]"), index === list.length - 1),
    tool(form, `${form.texts.remove}: ${name}`, "✕", () => form.remove(list, index, path), list.length <= least),
  );
}

function named(made) {
  const [up, down] = made.querySelectorAll(".author-tool");
  up.setAttribute("data-up", "");
  down.setAttribute("data-down", "");
  return made;
}

function adder(form, field, list, path, make, part) {
  const add = () => form.restructure(() => list.push(make()), `${path}[${list.length}]`, part);
  return el("button", { type: "button", class: "button button-secondary", "data-add": "", disabled: list.length >= (field.most ?? 200), onclick: add }, form.texts[field.add]);
}

const undo = (form, path) =>
  form.removed?.path === path
    ? el("p", { class: "note", role: "status" }, form.texts.removed, " ", el("button", { type: "button", class: "button button-quiet", "data-restore": "", onclick: () => form.restore() }, form.texts.undo))
    : null;

/** A list of parts, each with fields of its own: questions, pages, pairs. */
function parts(form, field, value, path) {
  const list = (value[field.name] ??= []);
  const items = list.map((one, index) => {
    const title = fill(form.texts[field.item], { n: index + 1, kind: form.texts[field.kinds?.(one)] });
    const within = typeof field.fields === "function" ? field.fields(one) : field.fields;
    return el(
      "section",
      { class: field.plain ? "author-part" : "card author-part", "data-path": `${path}[${index}]`, "data-title": title, "aria-label": title },
      el("div", { class: "author-head" }, el(`h${field.level ?? 3}`, {}, title), named(tools(form, list, index, path, title, field.least ?? 0))),
      ...form.fields(within, one, `${path}[${index}]`),
    );
  });
  const heading = field.label ? el(`h${(field.level ?? 3) - 1}`, { class: "card-title" }, form.texts[field.label]) : null;
  const hint = field.hint ? el("p", { class: "hint" }, form.texts[field.hint]) : null;
  const more = field.choices
    ? el("div", { class: "actions" }, field.choices.map(([make, words], n) => adder(form, { ...field, add: words }, list, path, make, "input, textarea, select")))
    : adder(form, field, list, path, field.make, "input, textarea, select");
  return el("div", { class: "stack", "data-path": path, role: "group", "aria-label": form.texts[field.label ?? field.item] }, heading, hint, ...items, undo(form, path), more);
}

/** A list of lines of text: steps, accepted answers. */
function lines(form, field, value, path) {
  const list = (value[field.name] ??= []);
  const rows = list.map((one, index) => {
    const name = fill(form.texts[field.item], { n: index + 1 });
    const input = el("input", { type: "text", id: form.id(), "aria-label": name, maxlength: field.max ?? 2000, oninput: (event) => ((list[index] = event.target.value), form.changed(`${path}[${index}]`)) });
    input.value = one;
    return el("div", { class: "author-line", "data-path": `${path}[${index}]` }, input, named(tools(form, list, index, path, name, field.least ?? 1)));
  });
  return frame(form, field, path, rows, adder(form, field, list, path, () => "", "input"));
}

/** Blanks to fill in: each a list of accepted texts, written one a line. */
function blanks(form, field, value, path) {
  const list = (value[field.name] ??= [[""]]);
  const rows = list.map((accepted, index) => {
    const id = form.id();
    const name = fill(form.texts.blank, { n: index + 1 });
    const write = (event) => {
      const typed = event.target.value.split("\n").map((one) => one.trim()).filter(Boolean);
      list[index] = typed.length ? typed : [""];
      form.changed(`${path}[${index}]`);
    };
    const input = el("textarea", { id, rows: 2, maxlength: 4000, oninput: write });
    input.value = accepted.join("\n");
    const head = el("div", { class: "author-head" }, el("label", { for: id }, name), named(tools(form, list, index, path, name, 1)));
    return el("div", { class: "field", "data-path": `${path}[${index}]` }, head, input);
  });
  return frame(form, { ...field, hint: "blanks_hint" }, path, rows, adder(form, { add: "add_blank", most: 10 }, list, path, () => [""], "textarea"));
}

/** Options of which some are right: each {id, text, correct}, or (`numbered`) lines of which value.answer is the number of the right one. */
function options(form, field, value, path) {
  const list = (value[field.name] ??= []);
  const group = form.id();
  const rows = list.map((one, index) => {
    const name = fill(form.texts.option, { n: index + 1 });
    const right = el("input", { type: field.several ? "checkbox" : "radio", name: group, id: form.id(), "aria-label": `${name}: ${form.texts.right}` });
    right.checked = field.numbered ? value.answer === index : Boolean(one.correct);
    right.addEventListener("change", () => {
      if (field.numbered) value.answer = index;
      else if (field.several) one.correct = right.checked;
      else list.forEach((other) => (other.correct = other === one));
      form.changed(path);
    });
    const place = `${path}[${index}]`;
    const input = el("input", { type: "text", id: form.id(), "aria-label": name, maxlength: 2000 });
    input.value = field.numbered ? one : one.text;
    input.addEventListener("input", () => {
      if (field.numbered) list[index] = input.value;
      else one.text = input.value;
      form.changed(place);
    });
    return el("div", { class: "author-line", "data-path": place }, right, input, named(optionTools(form, field, value, list, index, path, name)));
  });
  return frame(form, field, path, rows, adder(form, field, list, path, field.make(value), "input[type=text]"));
}

/** Moving and removing options that are known by their number takes the right answer along. */
function optionTools(form, field, value, list, index, path, name) {
  if (!field.numbered) return tools(form, list, index, path, name, 2);
  const marked = list.map((text, n) => ({ text, right: n === value.answer }));
  const write = (to, part) => form.restructure(() => {
    list.splice(0, list.length, ...marked.map((one) => one.text));
    const right = marked.findIndex((one) => one.right);
    value.answer = right < 0 ? null : right; // the right one was removed: its author marks another
  }, to, part);
  const move = (to) => (marked.splice(to, 0, ...marked.splice(index, 1)), write(`${path}[${to}]`, "input[type=text]"));
  return el(
    "span",
    { class: "author-tools" },
    tool(form, `${form.texts.up}: ${name}`, "↑", () => move(index - 1), index === 0),
    tool(form, `${form.texts.down}: ${name}`, "↓", () => move(index + 1), index === list.length - 1),
    tool(form, `${form.texts.remove}: ${name}`, "✕", () => (marked.splice(index, 1), write(path, "[data-add]")), list.length <= 2),
  );
}

function frame(form, field, path, rows, add) {
  const hint = field.hint ? el("p", { class: "hint" }, form.texts[field.hint]) : null;
  return el("fieldset", { class: "field author-lines", "data-path": path }, el("legend", {}, form.texts[field.label]), hint, ...rows, undo(form, path), el("div", {}, add));
}

/** A table of cells; every row has as many as the first. */
function table(form, field, value, path) {
  const rows = (value[field.name] ??= [["", ""], ["", ""]]);
  const cell = (row, index, place) => {
    const input = el("input", { type: "text", maxlength: 500, "aria-label": fill(form.texts.cell, { row: index + 1, column: place + 1 }), oninput: (event) => ((row[place] = event.target.value), form.changed(`${path}[${index}][${place}]`)) });
    input.value = row[place];
    return el("span", { "data-path": `${path}[${index}][${place}]` }, input);
  };
  const change = (act) => form.restructure(act, path);
  const button = (words, act, disabled) => el("button", { type: "button", class: "button button-quiet", disabled, onclick: () => change(act) }, form.texts[words]);
  return el(
    "fieldset",
    { class: "field author-lines", "data-path": path },
    el("legend", {}, form.texts[field.label]),
    el("div", { class: "author-table" }, rows.map((row, index) => el("div", { class: "author-row" }, row.map((_, place) => cell(row, index, place))))),
    el(
      "div",
      { class: "actions" },
      button("add_row", () => rows.push(rows[0].map(() => "")), rows.length >= 50),
      button("add_column", () => rows.forEach((row) => row.push("")), rows[0].length >= 10),
      button("less_rows", () => rows.pop(), rows.length <= 1),
      button("less_columns", () => rows.forEach((row) => row.pop()), rows[0].length <= 1),
    ),
  );
}

export const CONTROLS = { text, number, check, choice, tags, inner, more, parts, lines, blanks, options, picture, table, file, film, moment, bank, origin, group, formula };
