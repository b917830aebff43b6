// Sends a large file of a form in parts (tus 1.0.0), each about as long as a few seconds. After a lost line it goes on by itself where the
// site says; after the page was closed, when the same file is chosen again: the device knows the address of the unfinished upload.

import { Refusal } from "./server.js";

export const WHOLE_BYTES = 1e6; // a smaller file is sent as a whole
const FIRST_PART = 256 * 1024;
const SMALLEST_PART = 64 * 1024;
const LARGEST_PART = 4 * 1024 * 1024; // the site takes at most 8 MB
const PART_MS = 5000;
const LONGEST_WAIT_MS = 30000;
const GONE = [404, 410];

class Again extends Error {}

class Sending {
  constructor(server, file, urls, hears) {
    Object.assign(this, { server, file, urls, hears });
    this.key = `upload/${server.person}/${file.name}/${file.size}/${file.lastModified}`;
    this.address = device((store) => store.getItem(this.key));
    this.size = FIRST_PART;
  }

  async run() {
    for (let failures = 0; ; ) {
      try {
        await this.begin();
        while (this.offset < this.file.size) {
          await this.part();
          failures = 0;
        }
        return await this.finish();
      } catch (error) {
        if (!(error instanceof Again) && error.waits !== "line") throw error;
        this.offset = undefined; // ask how much arrived
        this.hears.lost();
        await new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_WAIT_MS, 1000 * 2 ** failures++)));
      }
    }
  }

  async begin() {
    if (this.address) {
      const there = await this.ask("HEAD", this.address);
      if (there) this.offset = Number(there.headers.get("Upload-Offset"));
      else this.forget(); // it expired
    }
    if (!this.address) {
      const name = btoa(String.fromCharCode(...new TextEncoder().encode(this.file.name)));
      const made = await this.ask("POST", this.urls.tus, { "Upload-Length": String(this.file.size), "Upload-Metadata": `filename ${name}` });
      if (!made) throw new Refusal(this.server.texts.failed);
      this.address = made.headers.get("Location");
      this.offset = 0;
      device((store) => store.setItem(this.key, this.address));
    }
    this.hears.progress(this.offset / this.file.size);
  }

  async part() {
    const began = performance.now();
    const part = this.file.slice(this.offset, this.offset + this.size);
    const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(this.offset) };
    const answer = await this.ask("PATCH", this.address, headers, part);
    if (!answer) throw new Again();
    this.offset = Number(answer.headers.get("Upload-Offset"));
    this.renewed = false;
    const fits = (part.size * PART_MS) / Math.max(1, performance.now() - began);
    this.size = Math.round(Math.min(LARGEST_PART, Math.max(SMALLEST_PART, Math.min(fits, 2 * this.size))));
    this.hears.progress(this.offset / this.file.size);
  }

  async finish() {
    try {
      const kept = await this.server.json(this.urls.take.replace("UPLOAD", this.address.split("/").pop()), {});
      this.forget();
      return kept;
    } catch (error) {
      if (!error.waits) this.forget(); // refused: the site has forgotten the file as well
      throw error;
    }
  }

  /** Ask, and return the response; null if the upload is not there any more. Throws `Again` if asking again helps, otherwise a `Refusal`. */
  async ask(method, url, headers = {}, body = undefined) {
    const all = { Accept: "application/json", "X-CSRFToken": this.server.csrf, "Tus-Resumable": "1.0.0", ...headers };
    const response = await fetch(url, { method, body, headers: all }).catch(() => {
      throw new Again();
    });
    if (response.ok && !response.redirected) return response;
    if (GONE.includes(response.status)) return null;
    if (response.status >= 500 || response.status === 429 || (response.status === 409 && method === "PATCH")) throw new Again();
    if (!this.renewed && [400, 401, 403].includes(response.status)) {
      this.renewed = true; // until the next part has arrived
      if (await this.server.renew()) throw new Again();
    }
    if (response.redirected || response.status === 401) throw new Refusal(this.server.texts.signed_out, { waits: "sign_in" });
    const said = await response.json().catch(() => null);
    throw new Refusal(said?.detail ?? this.server.texts.failed);
  }

  forget() {
    this.address = null;
    device((store) => store.removeItem(this.key));
  }
}

/** Use what the device keeps; a browser that forbids it loses only the way to go on after the page was closed. */
function device(use) {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
}

/** Send a file, and return what the site calls it. `hears`: `progress` is told which share has arrived, `lost` that the connection is lost. */
export function sendInParts(server, file, urls, hears) {
  return new Sending(server, file, urls, hears).run();
}
