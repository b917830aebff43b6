// How large is the text, are captions shown, and does the player fill the screen? Remembered on the device; our own frames follow.

const KEY = "lms-player-looks";
const SIZES = ["", "large", "larger"];

export class Looks {
  /** `root` holds the player with its bar; `tell` passes what was chosen on to the content. */
  constructor(root, tell) {
    Object.assign(this, { root, tell, chosen: remembered() });
    this.bar = root.querySelector("[data-bar]");
    this.bar.hidden = false;
    for (const input of this.bar.querySelectorAll("[name=text-size]")) {
      input.checked = input.value === this.chosen.size;
      input.addEventListener("change", () => this.choose({ size: input.value }));
    }
    this.captions = this.bar.querySelector("[data-captions]");
    this.captions.addEventListener("click", () => this.choose({ captions: this.captions.getAttribute("aria-pressed") !== "true" }));
    this.full = this.bar.querySelector("[data-full-screen]");
    this.full.addEventListener("click", () => (this.filled() ? this.leave() : this.fill()));
    document.addEventListener("fullscreenchange", () => this.shown());
    addEventListener("keydown", (event) => event.key === "Escape" && root.hasAttribute("data-filled") && !document.fullscreenElement && this.leave());
  }

  choose(change) {
    Object.assign(this.chosen, change);
    try {
      localStorage.setItem(KEY, JSON.stringify(this.chosen));
    } catch {
      // a device that keeps nothing: chosen for this page only
    }
    this.tell(this.chosen);
  }

  /** The content has captions, and they are on or off. */
  captioned(on) {
    this.captions.hidden = false;
    this.captions.setAttribute("aria-pressed", String(on));
  }

  filled() {
    return document.fullscreenElement === this.root || this.root.hasAttribute("data-filled");
  }

  /** Fill the screen; phones that let only films do so fill the window. */
  async fill() {
    this.root.toggleAttribute("data-filled", true);
    try {
      await this.root.requestFullscreen({ navigationUI: "hide" });
    } catch {
      // the window is filled all the same
    }
    this.shown();
  }

  async leave() {
    this.root.toggleAttribute("data-filled", false);
    if (document.fullscreenElement === this.root) await document.exitFullscreen();
    this.shown();
  }

  shown() {
    if (!document.fullscreenElement && this.was) this.root.toggleAttribute("data-filled", false); // left by Escape
    this.was = document.fullscreenElement === this.root;
    this.full.setAttribute("aria-pressed", String(this.filled()));
    document.documentElement.toggleAttribute("data-player-filled", this.filled());
  }
}

function remembered() {
  try {
    const { size, captions } = JSON.parse(localStorage.getItem(KEY)) ?? {};
    return { size: SIZES.includes(size) ? size : "", captions: typeof captions === "boolean" ? captions : null };
  } catch {
    return { size: "", captions: null };
  }
}
