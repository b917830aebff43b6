// How does a large file arrive over a weak line? In parts (tus 1.0.0), each about as long as a few seconds; after a lost line or a pause it
// goes on where the server says. Without this script the form sends the whole file.

import { announce } from "./ui.js";

const FIRST_PART = 256 * 1024;
const SMALLEST_PART = 64 * 1024;
const LARGEST_PART = 4 * 1024 * 1024; // the server takes at most 8 MB
const PART_MS = 5000;
const AT_ONCE = 2; // files
const LONGEST_WAIT_MS = 30000;
const TUS = "1.0.0";

const form = document.querySelector("form[enctype]");
const input = form.querySelector("input[type=file]");
const list = document.querySelector("[data-upload-list]");
const words = document.getElementById("sending");
const waiting = [];
let underWay = 0;

class Refused extends Error {}

// One request; `progress` is told how many bytes were sent. Resolves with the XMLHttpRequest, rejects only if the connection is lost.
function send(method, address, headers, body, progress, sending) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    const all = { "Tus-Resumable": TUS, "X-CSRFToken": form.elements.csrf_token.value, Accept: "application/json", ...headers };
    for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => progress?.(event.loaded);
    request.onload = () => resolve(request);
    request.onerror = request.onabort = request.ontimeout = () => reject(new Error("line"));
    if (sending) sending.request = request;
    request.send(body);
  });
}

function refusal(request) {
  try {
    const said = JSON.parse(request.responseText);
    return new Refused(said.problems?.[0] ?? said.detail);
  } catch {
    return new Refused(words.dataset.refused);
  }
}

// A failure of ours (5xx) or of the line is tried again; anything else will not change by itself.
function settled(request) {
  if (request.status < 300) return request;
  if (request.status >= 500 || request.status === 409 || request.status === 429) throw new Error("again");
  throw refusal(request);
}

class Sending {
  constructor(file, tus = form.dataset.tus) {
    this.file = file;
    this.tus = tus;
    this.size = FIRST_PART;
    this.paused = false;
    this.row = words.content.firstElementChild.cloneNode(true);
    this.row.querySelector("[data-name]").textContent = file.name;
    this.bar = this.row.querySelector("progress");
    this.bar.setAttribute("aria-label", file.name);
    this.text = this.row.querySelector("[data-said]");
    this.button = this.row.querySelector("[data-pause]");
    this.button.onclick = () => (this.paused ? this.resume() : this.pause());
    this.row.querySelector("[data-discard]").onclick = () => this.discard();
    const kept = known(file);
    if (kept) this.address = `${form.dataset.tus}/${kept.dataset.upload}`;
    kept ? kept.replaceWith(this.row) : list.querySelector("h2, h3").after(this.row);
    this.say(words.dataset.waiting);
  }

  say(text, percent) {
    this.text.textContent = text;
    if (percent !== undefined) this.bar.value = percent;
  }

  show(arrived) {
    const percent = this.file.size ? Math.floor((100 * arrived) / this.file.size) : 0;
    const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
    this.say(words.dataset.sent.replace("{percent}", percent).replace("{done}", megabytes(arrived)).replace("{total}", megabytes(this.file.size)), percent);
  }

  async run() {
    let failures = 0;
    while (!this.gone) {
      if (this.paused) return;
      try {
        await this.begin();
        if (await this.step()) return await this.finish(); // without await, a line lost now would never be tried again
        failures = 0;
      } catch (error) {
        if (this.paused || this.gone) return;
        if (error instanceof Refused) return this.refuse(error.message);
        if (this.offset !== this.file.size) this.offset = undefined; // ask how much arrived
        this.say(words.dataset.again);
        await new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_WAIT_MS, 1000 * 2 ** failures++)));
      }
    }
  }

  async begin() {
    if (!this.address) {
      const name = btoa(String.fromCharCode(...new TextEncoder().encode(this.file.name)));
      const headers = { "Upload-Length": String(this.file.size), "Upload-Metadata": `filename ${name}` };
      this.address = settled(await send("POST", this.tus, headers)).getResponseHeader("Location");
      this.offset = 0;
    } else if (this.offset === undefined) {
      this.offset = Number(settled(await send("HEAD", this.address, {})).getResponseHeader("Upload-Offset"));
    }
  }

  // Send one part; return whether it was the last one. The next part is as large as this line carries in a few seconds.
  async step() {
    const [from, began] = [this.offset, performance.now()];
    this.show(from);
    if (from >= this.file.size) return true;
    const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(from) };
    const part = this.file.slice(from, from + this.size);
    const answer = settled(await send("PATCH", this.address, headers, part, (sent) => this.show(from + Math.min(sent, part.size)), this));
    this.offset = Number(answer.getResponseHeader("Upload-Offset"));
    const fits = (part.size * PART_MS) / Math.max(1, performance.now() - began);
    this.size = Math.round(Math.min(LARGEST_PART, Math.max(SMALLEST_PART, Math.min(fits, 2 * this.size))));
    return this.offset >= this.file.size;
  }

  pause() {
    this.paused = true;
    this.request?.abort();
    this.offset = undefined;
    this.button.textContent = words.dataset.continue;
    this.say(words.dataset.paused);
    ended(this);
  }

  resume() {
    this.paused = false;
    this.button.textContent = words.dataset.pause;
    this.say(words.dataset.waiting);
    waiting.push(this);
    next();
  }

  discard() {
    this.gone = true;
    this.request?.abort();
    if (this.address) send("DELETE", this.address, {}).catch(() => {}); // otherwise it expires
    this.row.remove();
    ended(this);
  }

  refuse(message) {
    this.say(message);
    this.row.classList.add("refused");
    this.button.hidden = true;
    announce(`${this.file.name}: ${message}`);
    ended(this);
  }

  async finish() {
    const answer = await fetch(`${form.dataset.uploads}/${this.address.split("/").pop()}`);
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-upload]");
    this.row.replaceWith(found);
    window.htmx.process(found);
    ended(this);
  }
}

// An unfinished upload of the same file, which the server still has.
function known(file) {
  const rows = [...list.querySelectorAll("[data-state=receiving]")];
  return rows.find((row) => row.dataset.name === file.name && Number(row.dataset.bytes) === file.size);
}

function ended(sending) {
  if (!sending.running) return;
  sending.running = false;
  underWay -= 1;
  next();
}

function next() {
  while (underWay < AT_ONCE && waiting.length) {
    const sending = waiting.shift();
    if (sending.gone || sending.paused) continue;
    underWay += 1;
    sending.running = true;
    sending.run();
  }
}

/** Send a file to another address than the form's. */
export function sendFile(file, tus) {
  list.hidden = false;
  waiting.push(new Sending(file, tus));
  next();
}

input.multiple = true;
form.addEventListener("submit", (event) => {
  if (!input.files.length) return;
  event.preventDefault();
  list.hidden = false;
  for (const file of input.files) waiting.push(new Sending(file));
  form.reset();
  next();
});

window.addEventListener("beforeunload", (event) => {
  if (underWay) event.preventDefault();
});
