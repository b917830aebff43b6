// How does nothing get lost, and nothing sent twice? Everything the content says is on the device before it is sent, has
// its id from the start, and leaves the device only when the server has answered that it is stored.
//
// Entries: {id, seq, kind: "statement" | "answers" | "state", place, token, made, body, refused?}

import { isTemporary, send, uuid } from "./api.js";
import { core } from "./statement.js";

const BATCH = 50;
const RETRY_MS = [2000, 4000, 8000, 16000, 30000, 60000];
const SENT_AT_EXIT = 48 * 1024; // browsers let 64 kB outlive a page
const REFUSED_KEPT = 100;
const XAPI = { "X-Experience-API-Version": "1.0.3" };

export class Queue {
  /** `renew(place)` opens the launch again and returns a token, null (not ours) or undefined (no network). */
  constructor(shelf, urls, renew, hears) {
    Object.assign(this, { shelf, urls, renew, hears });
    this.failures = 0;
    this.timer = null;
    this.flushing = null;
    this.strangers = new Set(); // places that are not this person's: their entries wait for whoever made them
    this.seq = Date.now() * 1000;
    addEventListener("online", () => this.soon());
    addEventListener("pagehide", () => this.leave());
    this.mirror = []; // what is waiting, for the moment when the page goes away and nothing asynchronous finishes
  }

  /** Put an entry on the device, then send it; resolves when it is safe, not when it is sent. */
  async add(kind, body, { place, token }) {
    const entry = { id: body.id ?? uuid(), seq: (this.seq += 1), kind, place, token, made: Date.now(), body };
    this.mirror.push(entry);
    await this.shelf.put(entry);
    this.hears.changed?.();
    this.soon();
    return entry.id;
  }

  /** Keep the newest resume data of a place: an older one that still waits is replaced. */
  async addState(body, { place, token }) {
    const id = `state:${keyOf(place)}`;
    const entry = { id, seq: (this.seq += 1), kind: "state", place, token, made: Date.now(), body };
    this.mirror = [...this.mirror.filter((one) => one.id !== id), entry];
    await this.shelf.put(entry);
    this.soon();
  }

  async waiting() {
    const entries = await this.shelf.all();
    return entries.filter((entry) => !entry.refused).sort((a, b) => a.seq - b.seq);
  }

  /** Return resume data that this device has not sent yet. */
  async unsentState(place) {
    const entry = (await this.waiting()).find((one) => one.id === `state:${keyOf(place)}`);
    return entry?.body;
  }

  /** Return the id of a submission for a place that this device has not sent yet. */
  async unsentAnswers(place) {
    return (await this.waiting()).filter((one) => one.kind === "answers" && keyOf(one.place) === keyOf(place)).at(-1)?.id;
  }

  soon(delay = 0) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), delay);
  }

  /** Send what waits; calls during a flush join it and look once more. */
  flush() {
    if (this.flushing) {
      this.again = true;
      return this.flushing;
    }
    this.flushing = this.alone(() => this.round()).finally(() => {
      this.flushing = null;
      this.hears.changed?.();
      if (this.again) this.soon();
      this.again = false;
    });
    return this.flushing;
  }

  /** One tab at a time where the browser can tell; two would only send the same ids twice. */
  alone(act) {
    return navigator.locks ? navigator.locks.request("lms-queue", act) : act();
  }

  async round() {
    const entries = (await this.waiting()).filter((entry) => !this.strangers.has(keyOf(entry.place)));
    for (const group of groups(entries)) {
      if (!(await this.deliver(group))) {
        this.failures += 1;
        this.soon(RETRY_MS[Math.min(this.failures, RETRY_MS.length) - 1] * (0.75 + Math.random() / 2));
        return;
      }
    }
    this.failures = 0;
  }

  /** Send entries of one launch and kind; false means "later". */
  async deliver(group, renewed = false) {
    const [first] = group;
    const answer = await this.post(first.kind, group, first.token);
    if (answer.status >= 200 && answer.status < 300) return this.delivered(group, answer);
    if (isTemporary(answer.status)) return false;
    if (answer.status === 401 && !renewed) return this.deliverAnew(group);
    if (group.length > 1) return this.isolate(group, renewed);
    const less = first.kind === "statement" && answer.status === 400 && !first.less && core(first.body);
    return less ? this.sendLess(first, less, renewed) : this.refuse(first, answer);
  }

  post(kind, group, token) {
    const [{ body, made, id }] = group;
    if (kind === "statement") return send(this.urls.statements, group.map((entry) => entry.body), { token, headers: XAPI });
    if (kind === "answers") return send(this.urls.answers, { id, answers: body.answers }, { token });
    return send(this.urls.state, { body, age_ms: Math.max(0, Date.now() - made) }, { token });
  }

  /** The launch has ended: open it again (without taking the lease) and send in its name. */
  async deliverAnew(group) {
    const token = await this.renew(group[0].place);
    if (token === undefined) return false;
    if (token === null) {
      this.strangers.add(keyOf(group[0].place));
      return true;
    }
    const again = group.map((entry) => ({ ...entry, token }));
    for (const entry of again) await this.shelf.put(entry);
    return this.deliver(again, true);
  }

  /** One of several was refused: find it by halves, so that it does not hold up the others. */
  async isolate(group, renewed) {
    const half = Math.ceil(group.length / 2);
    return (await this.deliver(group.slice(0, half), renewed)) && (await this.deliver(group.slice(half), renewed));
  }

  /** The store finds fault with what content said: how the activity ended is sent without the rest. */
  async sendLess(said, body, renewed) {
    const entry = { ...said, body, less: true };
    this.hears.lessened?.(said, body);
    await this.shelf.put(entry);
    return this.deliver([entry], renewed);
  }

  async delivered(group, answer) {
    const newest = new Map(this.mirror.map((entry) => [entry.id, entry.seq]));
    for (const entry of group) {
      if ((newest.get(entry.id) ?? entry.seq) !== entry.seq) continue; // newer resume data replaced it while it was sent
      await this.shelf.remove(entry.id);
      this.forget(entry);
    }
    this.hears.delivered?.(group, answer.body);
    return true;
  }

  forget(entry) {
    this.mirror = this.mirror.filter((one) => one.id !== entry.id);
  }

  /** Set a refused entry aside with the reason and say so; it is not sent again. */
  async refuse(entry, { status, body }) {
    const reason = body?.detail ?? body?.message ?? body?.error ?? String(status);
    console.warn("refused by the server", entry.kind, entry.id, reason);
    await this.shelf.put({ ...entry, refused: { status, reason, at: Date.now() } });
    this.forget(entry);
    await this.trim();
    this.hears.refused?.(entry, { status, reason, code: body?.code });
    return true;
  }

  async trim() {
    const refused = (await this.shelf.all()).filter((entry) => entry.refused).sort((a, b) => b.refused.at - a.refused.at);
    for (const entry of refused.slice(REFUSED_KEPT)) await this.shelf.remove(entry.id);
  }

  /** The page goes away: send what fits; it stays on the device until a later page hears that it is stored. */
  leave() {
    this.hears.leaving?.(); // not a `pagehide` of its own: Chromium calls those in the order of their making, capture or not
    let room = SENT_AT_EXIT;
    for (const group of groups(this.mirror)) {
      const size = JSON.stringify(group.map((entry) => entry.body)).length;
      const { kind, body, made, token } = group[0];
      if (kind === "answers" || size > room) continue;
      room -= size;
      if (kind === "statement") send(this.urls.statements, group.map((entry) => entry.body), { token, keepalive: true, headers: XAPI });
      else send(this.urls.state, { body, age_ms: Math.max(0, Date.now() - made) }, { token, keepalive: true });
    }
  }
}

/** Return what tells one activity of one enrolment from every other. */
export function keyOf(place) {
  return `${place.enrolment}/${place.version}/${place.activity}`;
}

/** Cut entries into runs that can go in one request: statements of one token, everything else alone. */
function groups(entries) {
  const runs = [];
  for (const entry of entries) {
    const run = runs.at(-1);
    const joins = run && entry.kind === "statement" && run[0].kind === "statement" && run[0].token === entry.token && run.length < BATCH;
    if (joins) run.push(entry);
    else runs.push([entry]);
  }
  return runs;
}
