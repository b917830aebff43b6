// What does the learner see of the measurement? Seconds as the server confirmed them, and in words why they do or do not grow.

const SPOKEN_EVERY_S = 300; // a screen reader hears of the clock every five minutes, not every second

/** Write a length of time as the server's pages do (`write_length`): 18 分 20 秒, 52 min. `forms` come from there. */
export function write(seconds, forms) {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  const form = rest ? (minutes ? forms.both : forms.seconds) : forms.minutes;
  return form.replace("{minutes}", String(minutes)).replace("{seconds}", String(rest));
}

export class ClockView {
  constructor(root, texts) {
    this.texts = texts;
    this.root = root;
    this.find = (name) => root.querySelector(`[data-clock="${name}"]`);
    this.spoken = 0;
  }

  /** Show `seconds` of `cap` and the state; the words change only when the state does, so they are read out once. */
  show(state, seconds, cap) {
    const full = cap > 0 && seconds >= cap;
    setText(this.find("counted"), write(full ? cap : seconds, this.texts.lengths));
    const bar = this.find("bar");
    bar.max = cap || 1;
    bar.value = Math.min(seconds, cap);
    if (this.root.dataset.state !== state) {
      this.root.dataset.state = state;
      setText(this.find("reason"), this.texts[state] ?? "");
      this.find("take").hidden = state !== "lease" && state !== "ended";
      setText(this.find("take"), state === "ended" ? this.texts.reopen : this.texts.take);
      this.find("signin").hidden = state !== "signin";
    }
    const over = full && ["counting", "idle", "alone"].includes(state); // nothing goes on that could pause
    this.root.toggleAttribute("data-full", over);
    this.find("full").hidden = !over;
    this.find("reason").hidden = over;
    this.speak(seconds);
  }

  speak(seconds) {
    const step = Math.floor(seconds / SPOKEN_EVERY_S);
    if (step > this.spoken && this.spoken >= 0) setText(this.find("spoken"), this.texts.spoken.replace("{minutes}", String(Math.floor(seconds / 60))));
    this.spoken = step;
  }
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
