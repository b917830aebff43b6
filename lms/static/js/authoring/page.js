// The page of a form: keeps what is typed, shows a preview, takes an .h5p in, and gives one out (or into a course draft).

import { uuid } from "../player/api.js";
import { wake } from "../ui.js";
import { Bank } from "./bank.js";
import { Form, el } from "./form.js";
import { Kept } from "./kept.js";
import { Preview } from "./preview.js";
import { sendInParts, WHOLE_BYTES } from "./parts.js";
import { TYPES } from "./schemas.js";
import { Refusal, Server } from "./server.js";
import { Waiting } from "./waiting.js";

const MOST_UNHEARD = 50; // the site takes no more

const config = JSON.parse(document.getElementById("form-config").textContent);
const { texts, urls } = config;
const kept = new Kept(config.kept);
const find = (name) => document.querySelector(`[data-${name}]`);
const state = find("state");
const summary = find("summary");
const type = TYPES[config.kind];
const now = config.seen ?? ""; // the activity's state on the server when this page was opened
let sent = {}; // what was sent last, with its token
let unheard = []; // the tokens of all that was sent before: an answer that was lost may have been a yes
let seen = now; // the state that the text in the form began with: what is kept on the device may be older

const server = new Server(config);
const waiting = new Waiting({ again: save, failed: complain });
const json = (url, body, more) => server.json(url, body, more);
const bank = urls.bank ? new Bank({ urls: urls.bank, texts, ask: json, get: (url) => json(url, null, { method: "GET" }) }) : null;
const urlOf = (address) => (path) => address.replace("NAME", path.split("/").pop());
const form = new Form(find("form"), {
  schema: type.schema,
  texts,
  services: { upload, pictureUrl: urlOf(urls.picture), filmUrl: urlOf(urls.film), bank, formula: (tex) => json(urls.formula, { tex }) },
  onChange: keep,
});

addEventListener("pagehide", () => form.flush());

function keep(value) {
  if (waiting.end()) summary.replaceChildren(el("p", {}, texts.typed_on));
  state.textContent = kept.write(value, seen) ? texts.kept : texts.not_kept;
}

function begin() {
  const before = kept.read();
  find("again").hidden = !before;
  if (before) seen = before.seen ?? "";
  find("others").hidden = seen === now;
  form.show(before?.document ?? config.document ?? type.empty(config.language));
  bank?.compare(form.value).then((newer) => newer && form.draw(), () => {}); // without the network nothing is said of the bank
}

async function upload(file, progress, lost) {
  if (file.size > config.most_bytes) throw new Refusal(texts.too_large);
  const body = new FormData();
  body.append("file", file);
  try {
    if (file.size > WHOLE_BYTES) return await sendInParts(server, file, urls, { progress, lost });
    return await json(urls.file, body, { form: true, progress });
  } catch (error) {
    if (error.fields?.length) throw new Refusal(error.fields[0].words);
    throw error;
  }
}

function complain(error) {
  const lines = error.fields ? form.mark(error.fields) : [];
  summary.replaceChildren(el("h2", {}, error.message), lines.length ? el("ul", {}, lines.map(([words, id]) => el("li", {}, id ? el("a", { href: `#${id}` }, words) : words))) : "");
  if (error.waits === "sign_in") summary.append(el("p", {}, el("a", { href: urls.sign_in, target: "_blank" }, texts.sign_in)));
  summary.hidden = false;
  summary.focus();
}

/** Do something that asks the server when a button is pressed; the button rests until the answer is there. */
function onPress(name, act) {
  const button = find(name);
  button?.addEventListener("click", async () => {
    if (button.ariaDisabled) return;
    waiting.end();
    form.flush();
    summary.hidden = true;
    form.mark([]);
    form.draw();
    button.setAttribute("aria-disabled", "true"); // a disabled button would lose the focus
    state.textContent = texts.sending;
    try {
      await act();
      state.textContent = texts[`${name}_done`] ?? "";
    } catch (error) {
      state.textContent = "";
      complain(error);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
}

const preview = new Preview(find("preview"), { config, ask: json, value: () => (type.played ?? ((value) => value))(form.value) });
onPress("show", () => preview.show());

onPress("download", async () => {
  const response = await server.ask(urls.h5p, { document: form.value });
  const name = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  const link = el("a", { href: URL.createObjectURL(await response.blob()), download: name ? decodeURIComponent(name) : "activity.h5p" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
});

/** The same document has the same token, so that sending it again after a lost answer puts it into the course once; another names those before. */
async function save() {
  const written = JSON.stringify(form.value);
  if (sent.written !== written) {
    if (sent.token) unheard = [...unheard, sent.token].slice(-MOST_UNHEARD);
    sent = { written, token: uuid() };
  }
  const saved = await json(urls.save, { document: form.value, seen: now, token: sent.token, earlier: unheard });
  form.flush();
  kept.forget();
  const typedOn = JSON.stringify(form.value) !== written; // while the answer was on its way: the form of what is there now goes on with it
  if (typedOn) new Kept(saved.kept).write(form.value, saved.seen);
  location.assign(typedOn ? saved.form : saved.next);
}

onPress("save", async () => {
  try {
    await save();
  } catch (error) {
    if (error.waits) waiting.begin();
    throw error.waits ? new Refusal(texts[`${error.waits}_waits`], error) : error;
  }
});

find("fresh").addEventListener("click", () => {
  kept.forget();
  seen = now;
  find("again").hidden = true;
  form.show(config.document ?? type.empty(config.language));
  find("form").querySelector("input")?.focus();
});

find("open")?.addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  summary.hidden = true;
  const body = new FormData();
  body.append("file", file);
  try {
    const found = await json(urls.open, body, { form: true });
    const { type: other } = found.document;
    if (other === config.kind) {
      form.show(found.document);
      keep(found.document);
      find("again").hidden = true;
      bank?.compare(form.value).then((newer) => newer && form.draw(), () => {});
    } else if (config.forms?.[other]) {
      new Kept(config.forms[other].kept).write(found.document);
      location.assign(config.forms[other].url);
    } else complain(new Refusal(texts.other_type));
  } catch (error) {
    complain(error.fields ? new Refusal(texts.not_opened, { fields: error.fields }) : error);
  }
  event.target.value = "";
});

begin();
wake();
