// Is somebody there? The page must be visible, and a person or the media active: two minutes without either is a pause.

export const PATIENCE_MS = 120000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "scroll", "touchstart"];

export class Attention {
  constructor(onChange) {
    this.lastSign = Date.now();
    this.playing = false;
    this.onChange = onChange;
    for (const sign of SIGNS) addEventListener(sign, () => this.noticed(), { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => this.visibilityChanged());
  }

  visibilityChanged() {
    if (!document.hidden) this.lastSign = Date.now(); // coming back to the page is an act
    this.onChange();
  }

  /** A person did something, here or inside the frame. */
  noticed() {
    const wasIdle = this.idle();
    this.lastSign = Date.now();
    if (wasIdle) this.onChange();
  }

  /** The media in the frame plays or stands still. */
  media(playing) {
    if (this.playing && !playing) this.lastSign = Date.now(); // watching a film to its end is not inactivity
    this.playing = playing;
    this.onChange();
  }

  idle() {
    return !this.playing && Date.now() - this.lastSign >= PATIENCE_MS;
  }

  /** Return "here", "hidden" or "idle". */
  state() {
    if (document.hidden) return "hidden";
    return this.idle() ? "idle" : "here";
  }
}
