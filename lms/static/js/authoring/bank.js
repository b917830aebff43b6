// The question bank in the form of a quiz: search and copy questions, draw from a tag, take what was changed in the bank since.

import { el, fill } from "./form.js";

const MOST = 200;
const WRITTEN = "zh-CN"; // the language in which questions are written
const KINDS = ["single", "multiple", "boolean", "fill", "order", "match"];

/** What the form knows of the bank: the last search, and the newer versions of questions that the quiz has. */
export class Bank {
  /** `ask(url, body)` returns the server's answer, `get(url)` that of a search. */
  constructor({ urls, texts, ask, get }) {
    Object.assign(this, { urls, texts, ask, get, newer: new Map(), found: null, chosen: new Set(), words: "", kind: "", tag: "", said: "", open: false });
  }

  async look(more = false) {
    const asked = new URLSearchParams({ q: this.words, kind: this.kind, tag: this.tag, after: more ? this.found.next : "" });
    const found = await this.get(`${this.urls.find}?${asked}`);
    if (more) found.questions.unshift(...this.found.questions);
    else this.chosen.clear();
    this.found = found;
  }

  /** Ask which questions of a quiz the bank has newer versions of. */
  async compare(quiz) {
    const origins = (quiz.questions ?? []).map((one) => one.bank).filter(Boolean);
    if (!origins.length) return false;
    const { questions } = await this.ask(this.urls.newer, { origins });
    this.newer = new Map(questions.map((one) => [one.bank.id, one]));
    return questions.length > 0;
  }

  /** Copy questions into a quiz: those that it does not have. Returns how many, or -1 if there is no room. */
  put(quiz, questions) {
    const there = new Set(quiz.questions.flatMap((one) => [one.id, one.bank?.id]));
    const added = questions.filter((one) => !there.has(one.id));
    const kept = quiz.questions.filter((one) => !isEmpty(one));
    if (kept.length + added.length > MOST) return -1;
    quiz.questions = [...kept, ...added];
    return added.length;
  }
}

const isEmpty = (one) => !one.text.trim() && !one.picture && (one.options ?? []).every((option) => !option.text.trim());

/** The panel below the questions of a quiz. */
export function bank(form, field, value, path) {
  const of = form.services.bank;
  if (!of) return el("div", { hidden: true, "data-path": path });
  const { texts } = form;
  const said = el("p", { class: "note", role: "status", "data-bank-said": "" }, of.said);
  const say = (words) => ((of.said = words), (said.textContent = words));
  /** Do something that asks the server, then draw again with the focus where it was asked. */
  const act = (name, doing) => async (event) => {
    event?.preventDefault();
    say(texts.sending);
    try {
      of.said = (await doing()) ?? "";
    } catch (error) {
      of.said = error.message;
    }
    form.restructure(() => {}, path, `[data-bank="${name}"]`);
  };
  const put = (questions, then = () => {}) => {
    const added = of.put(value, questions);
    if (added < 0) return texts.bank_full;
    then();
    return fill(texts.bank_taken, { n: added });
  };
  const take = act("take", async () => {
    if (!of.chosen.size) return texts.bank_choose;
    const { questions } = await of.ask(of.urls.take, { codes: [...of.chosen] });
    of.chosen.clear();
    return put(questions);
  });
  const keep = act("keep", async () => {
    const { kept, said: words } = await of.ask(of.urls.keep, { document: value });
    value.questions.forEach((one) => kept[one.id] && (one.bank = kept[one.id]));
    of.found = null;
    return words;
  });
  const details = el(
    "details",
    { class: "disclosure", open: of.open, "data-path": path },
    el("summary", { "data-bank": "open" }, texts.bank),
    el("div", { class: "disclosure-body stack" }, el("p", { class: "hint" }, texts.bank_hint), searching(form, of, act), results(form, of, act, value), chosen(of, take, texts), drawing(form, of, act, put, value), el("div", {}, el("button", { type: "button", class: "button button-quiet", "data-bank": "keep", onclick: keep }, texts.bank_keep)), said),
  );
  details.addEventListener("toggle", () => {
    of.open = details.open;
    if (details.open && !of.found) act("words", () => of.look())();
  });
  return details;
}

function searching(form, of, act) {
  const { texts } = form;
  const look = act("find", () => of.look());
  const words = el("input", { type: "search", id: form.id(), maxlength: 100, "data-bank": "words", oninput: (event) => (of.words = event.target.value), onkeydown: (event) => event.key === "Enter" && look(event) });
  words.value = of.words;
  const select = (name, label, options) => {
    const made = el("select", { id: form.id(), "data-bank": name }, [["", texts.bank_any], ...options].map(([key, text]) => el("option", { value: key, selected: of[name] === key }, text)));
    made.addEventListener("change", () => ((of[name] = made.value), act(name, () => of.look())()));
    return el("div", { class: "field" }, el("label", { for: made.id }, label), made);
  };
  return el(
    "div",
    { class: "filters", role: "search", "aria-label": texts.bank_words },
    el("div", { class: "field field-search" }, el("label", { for: words.id }, texts.bank_words), words),
    select("kind", texts.type, KINDS.map((one) => [one, texts[one]])),
    select("tag", texts.tag_of_bank, tagsOf(of)),
    el("button", { type: "button", class: "button button-secondary", "data-bank": "find", onclick: look }, texts.bank_find),
  );
}

const tagsOf = (of) => (of.found?.tags ?? []).map(({ tag, count }) => [tag, `${tag} (${count})`]);

function results(form, of, act, value) {
  const { texts } = form;
  if (!of.found) return null;
  const { questions, total, next } = of.found;
  if (!questions.length) return el("p", { class: "note" }, of.words || of.kind || of.tag ? texts.bank_none : texts.bank_empty);
  const there = new Set(value.questions.flatMap((one) => [one.id, one.bank?.id]));
  const rows = questions.map((one) => {
    const input = el("input", { type: "checkbox", id: form.id(), disabled: there.has(one.code), onchange: (event) => (event.target.checked ? of.chosen.add(one.code) : of.chosen.delete(one.code)) });
    input.checked = of.chosen.has(one.code);
    const tagged = one.tags.length ? [" · ", el("span", { lang: WRITTEN }, one.tags.join(texts.comma))] : [];
    const about = el("span", { class: "optional" }, ` ${one.kind}`, ...tagged, there.has(one.code) ? ` · ${texts.bank_there}` : "");
    return el("div", { class: "choice" }, input, el("label", { for: input.id }, el("span", { lang: WRITTEN }, one.text), about));
  });
  const more = next ? el("button", { type: "button", class: "button button-quiet", "data-bank": "more", onclick: act("more", () => of.look(true)) }, texts.bank_more) : null;
  return el("fieldset", { class: "field author-lines" }, el("legend", {}, fill(texts.bank_found, { shown: questions.length, total })), ...rows, more ? el("div", {}, more) : null);
}

function chosen(of, take, texts) {
  return of.found?.questions.length ? el("div", {}, el("button", { type: "button", class: "button button-secondary", "data-bank": "take", onclick: take }, texts.bank_take)) : null;
}

/** Copy all questions of a tag, and let each attempt draw some of them. */
function drawing(form, of, act, put, value) {
  const { texts } = form;
  const tags = of.found?.tags ?? [];
  if (!tags.length) return null;
  const tag = el("select", { id: form.id() }, tags.map((one) => el("option", { value: one.tag }, `${one.tag} (${one.count})`)));
  const count = el("input", { type: "number", id: form.id(), min: 1, max: MOST, value: 1, inputmode: "numeric" });
  const go = act("draw", async () => {
    const wanted = Number(count.value) || 1;
    const { questions } = await of.ask(of.urls.take, { tag: tag.value });
    if (wanted > questions.length) return fill(texts.bank_few, { n: questions.length });
    return put(questions, () => {
      const draws = (value.draw ??= []);
      const there = draws.find((one) => one.tag === tag.value);
      if (there) there.count = wanted;
      else draws.push({ tag: tag.value, count: wanted });
    });
  });
  return el(
    "fieldset",
    { class: "field author-lines" },
    el("legend", {}, texts.bank_draw),
    el("p", { class: "hint" }, texts.bank_draw_hint),
    el("div", { class: "filters" }, el("div", { class: "field" }, el("label", { for: tag.id }, texts.tag_of_bank), tag), el("div", { class: "field" }, el("label", { for: count.id }, texts.count_of_bank), count), el("button", { type: "button", class: "button button-secondary", "data-bank": "draw", onclick: go }, texts.bank_draw_take)),
  );
}

/** Where a question was copied from, and a newer version of it if the bank has one. */
export function origin(form, field, value, path) {
  const of = form.services.bank;
  if (!value.bank) return null;
  const newer = of?.newer.get(value.bank.id);
  if (!newer || newer.bank.revision <= value.bank.revision) return el("p", { class: "note", "data-path": path }, form.texts.bank_origin);
  const update = () =>
    form.restructure(() => {
      const { id } = value; // attempts know the question by the id that it has here
      for (const name of Object.keys(value)) delete value[name];
      Object.assign(value, structuredClone(newer), { id });
      of.said = form.texts.bank_updated;
    }, path.slice(0, path.lastIndexOf(".")));
  return el(
    "div",
    { class: "callout callout-info", "data-path": path },
    el("div", {}, el("p", {}, form.texts.bank_newer), newer.text === value.text ? null : el("p", {}, fill(form.texts.bank_new_text, { text: newer.text })), el("div", { class: "actions" }, el("button", { type: "button", class: "button button-secondary", onclick: update }, form.texts.bank_update))),
  );
}
