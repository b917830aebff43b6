// The page of a form: keeps what is typed, shows a preview, takes an .h5p in, and gives one out (or into a course draft).

import { Bank } from "./bank.js";
import { Form, el } from "./form.js";
import { Kept } from "./kept.js";
import { Preview } from "./preview.js";
import { TYPES } from "./schemas.js";

const config = JSON.parse(document.getElementById("form-config").textContent);
const { texts, urls } = config;
const kept = new Kept(config.kept);
const find = (name) => document.querySelector(`[data-${name}]`);
const state = find("state");
const summary = find("summary");
const type = TYPES[config.kind];
const now = config.seen ?? ""; // the activity's state on the server when this page was opened
let seen = now; // the state that the text in the form began with: what is kept on the device may be older

const json = (url, body, more) => ask(url, body, more).then((one) => one.json());
const bank = urls.bank ? new Bank({ urls: urls.bank, texts, ask: json, get: (url) => json(url, null, { method: "GET" }) }) : null;
const form = new Form(find("form"), {
  schema: type.schema,
  texts,
  services: { upload, pictureUrl: (path) => urls.picture.replace("NAME", path.split("/").pop()), bank },
  onChange: keep,
});

addEventListener("pagehide", () => form.flush());

function keep(value) {
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

/** Ask the server. Returns the response, or throws an Error with words for people and, where fields are wrong, `fields`. */
async function ask(url, body, { form: isForm = false, method = "POST" } = {}) {
  let response;
  try {
    response = await fetch(url, {
      method,
      body: isForm ? body : method === "POST" ? JSON.stringify(body) : undefined,
      headers: { Accept: "application/json", "X-CSRFToken": config.csrf, ...(isForm ? {} : { "Content-Type": "application/json" }) },
    });
  } catch {
    throw new Error(texts.offline);
  }
  if (response.redirected || response.status === 401) throw new Error(texts.signed_out);
  if (response.ok) return response;
  const said = await response.json().catch(() => null);
  throw Object.assign(new Error(said?.detail ?? texts.failed), { fields: said?.fields ?? null });
}

async function upload(file) {
  if (file.size > config.most_bytes) throw new Error(texts.too_large);
  const body = new FormData();
  body.append("file", file);
  try {
    return await (await ask(urls.file, body, { form: true })).json();
  } catch (error) {
    if (error.fields?.length) throw new Error(error.fields[0].words);
    throw error;
  }
}

function complain(error) {
  const lines = error.fields ? form.mark(error.fields) : [];
  summary.replaceChildren(el("h2", {}, error.message), lines.length ? el("ul", {}, lines.map(([words, id]) => el("li", {}, id ? el("a", { href: `#${id}` }, words) : words))) : "");
  summary.hidden = false;
  summary.focus();
}

/** Do something that asks the server; the button rests until the answer is there. */
function onPress(name, act) {
  const button = find(name);
  button?.addEventListener("click", async () => {
    form.flush();
    summary.hidden = true;
    form.mark([]);
    form.draw();
    button.disabled = true;
    state.textContent = texts.sending;
    try {
      await act();
      state.textContent = texts[`${name}_done`] ?? "";
    } catch (error) {
      state.textContent = "";
      complain(error);
    } finally {
      button.disabled = false;
    }
  });
}

const preview = new Preview(find("preview"), { config, ask: json, value: () => (type.played ?? ((value) => value))(form.value) });
onPress("show", () => preview.show());

onPress("download", async () => {
  const response = await ask(urls.h5p, { document: form.value });
  const name = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  const link = el("a", { href: URL.createObjectURL(await response.blob()), download: name ? decodeURIComponent(name) : "activity.h5p" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
});

onPress("save", async () => {
  const saved = await (await ask(urls.save, { document: form.value, seen: now })).json();
  kept.forget();
  location.assign(saved.next);
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
    const found = await (await ask(urls.open, body, { form: true })).json();
    const { type: other } = found.document;
    if (other === config.kind) {
      form.show(found.document);
      keep(found.document);
      find("again").hidden = true;
      bank?.compare(form.value).then((newer) => newer && form.draw(), () => {});
    } else if (config.forms?.[other]) {
      new Kept(config.forms[other].kept).write(found.document);
      location.assign(config.forms[other].url);
    } else complain(new Error(texts.other_type));
  } catch (error) {
    complain(error.fields ? Object.assign(new Error(texts.not_opened), { fields: error.fields }) : error);
  }
  event.target.value = "";
});

begin();
