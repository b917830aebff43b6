// The fields of each type of activity, and the empty document of each. The names are those of the document (courses/authoring).

import { minutes } from "./media.js";

let last = 0;
/** Return an id that no other part of the document has: parts keep theirs when they move. */
const newId = (letter) => `${letter}${Date.now().toString(36)}${(last = (last + 1) % 1296).toString(36)}`;

const option = () => ({ id: newId("o"), text: "", correct: false });
const EMPTY = {
  single: () => ({ options: [option(), option()] }),
  multiple: () => ({ options: [option(), option(), option()] }),
  boolean: () => ({ answer: true }),
  fill: () => ({ blanks: [[""]], case: false }),
  order: () => ({ steps: ["", "", ""] }),
  match: () => ({ pairs: [{ left: "", right: "" }, { left: "", right: "" }], extra: [] }),
};
const ANSWERS = ["options", "answer", "blanks", "case", "steps", "pairs", "extra"];
const question = () => ({ id: newId("q"), type: "single", text: "", ...EMPTY.single() });

const CHOICES = ["single", "multiple"];
const sortOf = (type) => (CHOICES.includes(type) ? "options" : type);
const LEFT = new WeakMap(); // of each question in the form: the answers that were typed for its other types

/** Give a question another type. The answers of each type come back with it: arrow keys pass through all types. */
function becomes(value, type) {
  if (!LEFT.has(value)) LEFT.set(value, {});
  const left = LEFT.get(value);
  const before = value.type;
  if (before === "multiple") left.marks = value.options.filter((one) => one.correct);
  value.type = type;
  if (sortOf(type) !== sortOf(before)) {
    left[sortOf(before)] = Object.fromEntries(ANSWERS.filter((name) => name in value).map((name) => [name, value[name]]));
    ANSWERS.forEach((name) => delete value[name]);
    Object.assign(value, left[sortOf(type)] ?? EMPTY[type]());
  }
  if (CHOICES.includes(type)) mark(value, left);
}

/** Leave one right option to a single choice; give the others back to a multiple choice, unless another was chosen since. */
function mark({ type, options }, { marks = [] }) {
  const first = options.find((one) => one.correct);
  if (type === "single") options.forEach((one) => (one.correct = one === first));
  else if (first === options.find((one) => marks.includes(one))) options.forEach((one) => (one.correct ||= marks.includes(one)));
}

const type = (name) => (value) => value.type === name;
const QUESTION = [
  { kind: "origin", name: "bank" },
  { kind: "choice", name: "type", label: "type", becomes, options: [["single", "single"], ["multiple", "multiple"], ["boolean", "boolean"], ["fill", "fill"], ["order", "order"], ["match", "match"]] },
  { kind: "text", name: "text", label: "question", rows: 2 },
  { kind: "options", name: "options", label: "options", hint: "single_hint", add: "add_option", most: 26, when: type("single"), make: () => option },
  { kind: "options", name: "options", label: "options", hint: "multiple_hint", add: "add_option", most: 26, several: true, when: type("multiple"), make: () => option },
  { kind: "choice", name: "answer", label: "sentence_is", options: [[true, "true"], [false, "false"]], when: type("boolean") },
  { kind: "blanks", name: "blanks", label: "blanks", when: type("fill") },
  { kind: "check", name: "case", label: "case", hint: "compare_hint", when: type("fill") },
  { kind: "lines", name: "steps", label: "steps", hint: "steps_hint", item: "step", add: "add_step", least: 2, most: 26, when: type("order") },
  { kind: "parts", name: "pairs", item: "pair", add: "add_pair", least: 2, most: 13, plain: true, level: 4, when: type("match"), make: () => ({ left: "", right: "" }), fields: [{ kind: "text", name: "left", label: "left" }, { kind: "text", name: "right", label: "belongs" }] },
  { kind: "lines", name: "extra", label: "extra", hint: "extra_hint", item: "extra_item", add: "add_extra", least: 0, most: 13, when: type("match") },
  {
    kind: "more",
    name: "more",
    label: "more",
    fields: [
      { kind: "picture", name: "picture", label: "picture" },
      { kind: "inner", name: "feedback", fields: [{ kind: "text", name: "zh", label: "feedback", hint: "feedback_hint", rows: 2, optional: true }, { kind: "text", name: "en", label: "feedback_en", rows: 2, optional: true }] },
      { kind: "number", name: "points", label: "points", min: 1, max: 100, empty: 1 },
      { kind: "tags", name: "tags", label: "tags", hint: "tags_hint" },
    ],
  },
];
const LANGUAGE = { kind: "choice", name: "language", label: "language", options: [["zh", "chinese"], ["en", "english"]] };
const ABOUT = [{ kind: "text", name: "title", label: "title", max: 200 }, LANGUAGE];

const checkQuestion = () => ({ id: newId("c"), question: "", options: ["", ""], answer: null });
const CHECK = [
  { kind: "text", name: "question", label: "question", rows: 2 },
  { kind: "options", name: "options", label: "options", hint: "single_hint", add: "add_option", most: 26, numbered: true, make: () => () => "" },
  { kind: "text", name: "feedback", label: "check_feedback", rows: 2, optional: true },
];
const CAPTION = { kind: "text", name: "caption", label: "caption", max: 500, optional: true };
// type of a block → how an empty one is made, and its fields
const BLOCKS = {
  paragraph: [() => ({ type: "paragraph", text: "" }), [{ kind: "text", name: "text", label: "paragraph", rows: 5, max: 10000 }]],
  heading: [() => ({ type: "heading", text: "" }), [{ kind: "text", name: "text", label: "subheading" }]],
  list: [() => ({ type: "list", ordered: false, items: ["", ""] }), [{ kind: "lines", name: "items", label: "list", item: "item_n", add: "add_item", least: 1, most: 50 }, { kind: "check", name: "ordered", label: "ordered" }]],
  picture: [() => ({ type: "picture" }), [{ kind: "picture", name: "picture", label: "picture", required: true }, CAPTION]],
  table: [() => ({ type: "table", header: true, rows: [["", ""], ["", ""]] }), [{ kind: "table", name: "rows", label: "table" }, { kind: "check", name: "header", label: "header" }]],
  formula: [() => ({ type: "formula", tex: "" }), [{ kind: "formula", name: "tex", label: "formula", hint: "formula_hint", max: 1000 }]],
  film: [() => ({ type: "film" }), [{ kind: "film", name: "film", at: (value) => value.film.path, label: "film", hint: "film_hint", accept: "video/mp4,video/webm", taken: (value, sent) => (value.film = { path: sent.path, mime: sent.mime }), about: (_value, texts) => texts.caption_there }, CAPTION]],
  quote: [() => ({ type: "quote", text: "" }), [{ kind: "text", name: "text", label: "quote", rows: 3, max: 10000 }]],
};
const KINDS = { heading: "subheading" }; // whose name is not that of their type
const page = () => ({ heading: "", blocks: [BLOCKS.paragraph[0]()] });

/** Put a question where the film stands; the empty one that a new form has is taken first. Returns the number of the question. */
function places(value, at) {
  const list = (value.checkpoints ??= []);
  const empty = list.findIndex((one) => !one.question.trim() && one.options.every((option) => !option.trim()));
  if (empty >= 0) list[empty].at = at;
  return empty >= 0 ? empty : list.push({ at, ...checkQuestion() }) - 1;
}

export const TYPES = {
  quiz: {
    empty: (language) => ({ type: "quiz", title: "", language, pass_percent: 60, max_attempts: null, questions: [question()] }),
    schema: [
      ...ABOUT,
      { kind: "text", name: "intro", label: "intro", rows: 3, optional: true },
      { kind: "parts", name: "questions", label: "questions", item: "question_n", add: "add_question", least: 1, make: question, fields: QUESTION },
      { kind: "bank", name: "from_bank" },
      { kind: "number", name: "pass_percent", label: "pass_percent", min: 1, max: 100 },
      { kind: "number", name: "max_attempts", label: "max_attempts", hint: "max_attempts_hint", min: 1, max: 50, empty: null, optional: true },
      { kind: "check", name: "shuffle_questions", label: "shuffle_questions" },
      { kind: "check", name: "shuffle_options", label: "shuffle_options" },
      { kind: "parts", name: "draw", label: "draw", hint: "draw_hint", item: "draw_n", add: "add_draw", most: 10, plain: true, make: () => ({ tag: "", count: 1 }), fields: [{ kind: "text", name: "tag", label: "draw_tag", max: 40 }, { kind: "number", name: "count", label: "draw_count", min: 1, max: 200 }] },
    ],
  },
  question: {
    empty: (language) => ({ language, question: question() }),
    schema: [LANGUAGE, { kind: "group", name: "question", fields: QUESTION }],
    played: ({ language, question: one }) => ({ type: "quiz", title: one.text || "?", language, pass_percent: 60, max_attempts: null, questions: [one] }),
  },
  reading: {
    empty: (language) => ({ type: "reading", title: "", language, pages: [page()] }),
    schema: [
      ...ABOUT,
      {
        kind: "parts", name: "pages", label: "pages", item: "page_n", add: "add_page", least: 1, most: 100, make: page,
        fields: [
          { kind: "text", name: "heading", label: "heading" },
          { kind: "parts", name: "blocks", item: "block_n", kinds: (block) => KINDS[block.type] ?? block.type, least: 1, most: 100, plain: true, level: 4, choices: Object.entries(BLOCKS).map(([name, [make]]) => [make, `add_${name}`]), fields: (block) => BLOCKS[block.type]?.[1] ?? [] },
          { kind: "parts", name: "checks", hint: "checks_hint", item: "check_n", add: "add_check", most: 20, plain: true, level: 4, make: checkQuestion, fields: CHECK },
        ],
      },
    ],
  },
  video: {
    empty: (language) => ({ type: "video", title: "", language, video: "", duration: 0, captions: [], checkpoints: [{ at: 1, ...checkQuestion() }] }),
    schema: [
      ...ABOUT,
      { kind: "film", name: "video", at: (value) => value.video, places, label: "film", hint: "film_hint", accept: "video/mp4,video/webm", taken: (value, sent) => Object.assign(value, { video: sent.path, duration: sent.seconds }), about: (value, texts) => texts.film_there.replace("{time}", minutes(value.duration)) },
      {
        kind: "parts", name: "captions", label: "captions", item: "caption_n", add: "add_caption", most: 10, plain: true, make: () => ({ path: "", language: "zh", label: "中文" }),
        fields: [
          { kind: "file", name: "path", label: "caption_file", accept: ".vtt,.srt", taken: (value, sent) => (value.path = sent.path), about: (_value, texts) => texts.caption_there },
          { kind: "choice", name: "language", label: "language", options: [["zh", "chinese"], ["en", "english"]] },
          { kind: "text", name: "label", label: "caption_label", max: 40 },
        ],
      },
      { kind: "parts", name: "checkpoints", label: "checkpoints", hint: "checkpoints_hint", item: "question_n", add: "add_question", least: 1, most: 100, make: () => ({ at: 1, ...checkQuestion() }), fields: [{ kind: "moment", name: "at", label: "at", hint: "at_hint" }, ...CHECK] },
    ],
  },
  reflection: {
    empty: (language) => ({ type: "reflection", title: "", language, prompt: "", least_characters: 100 }),
    schema: [
      ...ABOUT,
      { kind: "text", name: "prompt", label: "prompt", rows: 3 },
      { kind: "text", name: "guidance", label: "guidance", rows: 4, max: 5000, optional: true },
      { kind: "picture", name: "picture", label: "picture" },
      { kind: "number", name: "least_characters", label: "least_characters", min: 0, max: 5000, empty: 0 },
    ],
  },
};
