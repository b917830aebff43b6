// What waits on the device, since when, and when was something sent last? People read it; the queue does it.

export class WaitingNote {
  constructor(note, texts, locale) {
    Object.assign(this, { note, texts });
    this.clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.waited = false; // people have read that something waits
    this.sentAt = 0;
  }

  /** Something was sent just now. */
  sent() {
    this.sentAt = Date.now();
  }

  /** Show what waits, if it does not go at once; then, that it went. `loose`: entries that only this page holds. */
  show(entries, troubled, loose) {
    if (entries.length && troubled) {
      this.waited = true;
      this.say([this.waits(entries), this.sentAt ? this.at(this.texts.last, this.sentAt) : "", loose ? this.texts.loose : ""], "warn");
    } else if (this.waited && !entries.length) {
      this.waited = false;
      this.say([this.at(this.texts.sent, this.sentAt || Date.now())], "ok");
    }
  }

  waits(entries) {
    const kinds = ["statement", "answers", "state"].map((kind) => [kind, entries.filter((one) => one.kind === kind).length]);
    const what = kinds.filter(([, count]) => count).map(([kind, count]) => this.texts[kind].replace("{count}", String(count)));
    return this.at(this.texts.waits, Math.min(...entries.map(({ made }) => made))).replace("{what}", what.join(this.texts.and));
  }

  at(words, time) {
    return words.replace("{time}", this.clock.format(time));
  }

  say(sentences, tone) {
    const words = sentences.filter(Boolean).join(" ");
    this.note.className = `callout callout-${tone}`;
    this.note.hidden = false;
    if (this.note.textContent !== words) this.note.textContent = words;
  }
}
