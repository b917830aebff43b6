// Fetches what the next activity begins with, so that it opens at once: on a good line only, while the page is looked at, and once.
//
// A page without scripts, on the host of the next activity's frame, names the files; nothing is opened there and nothing counts.

const AFTER_MS = 3000; // after the content of this activity has started: its own files come first

export class Ahead {
  /** `address`: of that page; empty where the browser would not find again what it fetched. */
  constructor(address) {
    this.address = address;
    document.addEventListener("visibilitychange", () => this.started && this.fetch());
  }

  /** The content of this activity has started. */
  begin() {
    if (this.started) return;
    this.started = true;
    setTimeout(() => this.fetch(), AFTER_MS);
  }

  fetch() {
    if (!this.address || document.hidden || !isGood(navigator.connection)) return;
    const frame = document.createElement("iframe");
    Object.assign(frame, { hidden: true, tabIndex: -1, src: this.address, referrerPolicy: "no-referrer" });
    frame.setAttribute("sandbox", "allow-same-origin");
    frame.setAttribute("data-ahead", "");
    document.body.append(frame);
    this.address = "";
  }
}

/** Is the line fast, and does nobody save data? A browser that says nothing about it has a line like others. */
function isGood(line) {
  return !line?.saveData && (line?.effectiveType ?? "4g") === "4g" && navigator.onLine !== false;
}
