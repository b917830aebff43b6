// Waits for the line or for a sign-in after a press, and then does again what was asked for.
//
// Typing ends the wait: what stands in the form then is not what was asked for.

const AGAIN_MS = 3000;

export class Waiting {
  /** `again()` does it, and throws an error with `waits` while it has to wait on; `failed(error)` hears of any other. */
  constructor({ again, failed }) {
    Object.assign(this, { again, failed, waits: false });
    addEventListener("online", () => this.look());
    addEventListener("focus", () => this.look());
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
  }

  begin() {
    this.waits = true;
    this.soon();
  }

  /** End the wait; return whether there was one. */
  end() {
    const waited = this.waits;
    this.waits = false;
    clearTimeout(this.timer);
    return waited;
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), AGAIN_MS);
  }

  async look() {
    if (!this.waits || this.asking) return;
    this.asking = true;
    try {
      await this.again();
      this.end();
    } catch (error) {
      if (error.waits && this.waits) this.soon();
      else if (this.waits) (this.end(), this.failed(error));
    } finally {
      this.asking = false;
    }
  }
}
