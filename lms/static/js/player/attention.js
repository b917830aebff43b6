// Is somebody there? The page must be visible, its content shown, and a person or the media active: two minutes without either is a pause.
//
// Content can say by itself that something moves. That alone keeps nobody present for longer than ten minutes; what our own player
// plays does, because somebody listens to a film without touching anything.

export const PATIENCE_MS = 120000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "scroll", "touchstart"];

export class Attention {
  /** `content()` says whether it is "started"; `rules`: {alone_seconds, own_media}, as the server decides by them, too. */
  constructor(onChange, content, rules) {
    Object.assign(this, { onChange, content, rules });
    this.lastSign = this.lastAct = Date.now();
    this.playing = false;
    for (const sign of SIGNS) addEventListener(sign, ({ isTrusted }) => this.noticed(isTrusted), { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => this.visibilityChanged());
  }

  visibilityChanged() {
    if (!document.hidden) this.lastSign = this.lastAct = Date.now(); // coming back to the page is an act
    this.onChange();
  }

  /** Something moved, here or inside the frame; `human` where a person did it. */
  noticed(human) {
    const before = this.state();
    this.lastSign = Date.now();
    if (human) this.lastAct = this.lastSign;
    if (this.state() !== before) this.onChange();
  }

  /** The media in the frame plays or stands still. */
  media(playing) {
    if (this.playing && !playing) this.lastSign = Date.now(); // watching a film to its end is not inactivity
    if (playing || this.playing) this.lastPlayed = Date.now();
    this.playing = playing;
    this.onChange();
  }

  /** Return what a beat says of it: whole seconds since a person did something, and whether media plays, or did a moment ago. */
  said() {
    const media = this.playing || Date.now() - (this.lastPlayed ?? 0) < PATIENCE_MS;
    return { quiet_s: Math.max(0, Math.floor((Date.now() - this.lastAct) / 1000)), media };
  }

  idle() {
    return !this.playing && Date.now() - this.lastSign >= PATIENCE_MS;
  }

  alone() {
    const { quiet_s, media } = this.said();
    return quiet_s >= this.rules.alone_seconds && !(media && this.rules.own_media);
  }

  /** Return "here", "hidden", "loading", "failed", "idle" or "alone". */
  state() {
    if (document.hidden) return "hidden";
    if (this.content() !== "started") return this.content();
    if (this.idle()) return "idle";
    return this.alone() ? "alone" : "here";
  }
}
