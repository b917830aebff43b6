// The preview of a form: the document played in its frame, as learners would see it; answers are graded, and nothing is kept.

import { Frame } from "../player/frame.js";
import { Content } from "../player/content.js";

export class Preview {
  constructor(root, { config, ask, value }) {
    Object.assign(this, { root, config, ask, value });
  }

  /** Store the document as publishing would, and play it. */
  async show() {
    const shown = this.value();
    const played = await this.ask(this.config.urls.preview, { document: shown });
    this.root.hidden = false;
    const template = this.root.querySelector("template"); // a page without a preview has no empty frame
    const iframe = document.importNode(template.content.firstElementChild);
    iframe.src = played.frame;
    const content = new Content(iframe, {
      loading: this.root.querySelector("[data-loading]"),
      problem: this.root.querySelector("[data-problem]"),
      texts: this.config.texts.content,
      url: "",
      token: () => null,
      onChange: () => {},
    });
    const { iri, settings } = played;
    const frame = new Frame(iframe, {
      ready: () => frame.say("init", { iri, state: null, locale: this.config.locale, title: shown.title, settings }),
      started: () => content.started(),
      failed: ({ reason, detail }) => content.failed(reason, detail),
      answers: async ({ answers, ref }) => {
        try {
          frame.say("graded", { ref, grade: await this.ask(this.config.urls.answers, { document: shown, answers }) });
        } catch (error) {
          frame.say("graded", { ref, error: { code: "", detail: error.message } });
        }
      },
    });
    this.root.querySelector("iframe")?.remove();
    template.after(iframe);
    this.root.scrollIntoView({ block: "start" });
    this.root.querySelector("h2").focus();
  }
}
