// Shows a PDF page by page, or one picture: goes on at the page where it was left, and says which pages were seen.
//
// A page is seen when it was drawn and stood on a visible screen for two seconds. The last page that is seen completes the document; time is
// measured by the page around, as for reading. The PDF is data: nothing in it runs.

const VENDOR = "./vendor/pdfjs";
const ADL = "http://adlnet.gov/expapi/verbs";
const PAGES_SEEN = "https://training-hours.example/xapi/extensions/pages-seen";
const PAGES = "https://training-hours.example/xapi/extensions/pages";
const SEEN_AFTER_MS = 2000;
const TICK_MS = 250;
const SAY_EVERY_MS = 30000;
const PIECE = 262144; // bytes of one range: large enough for a slow line, small enough for a page
const ZOOMS = [1, 1.25, 1.5, 2, 3];
const MOST_PIXELS = 8_000_000; // of a canvas: phones draw nothing at all beyond their limit
const WORDS = {
  zh: { back: "上一页", next: "下一页", page: "页码", of: "/ {all} 页", now: "第 {n} 页，共 {all} 页", larger: "放大", smaller: "缩小", seen: "已看 {n} / {all} 页", done: "全部页面都已看过。", bar: "翻页与缩放" },
  en: { back: "Previous page", next: "Next page", page: "Page", of: "of {all}", now: "Page {n} of {all}", larger: "Zoom in", smaller: "Zoom out", seen: "{n} of {all} pages seen", done: "You have seen every page.", bar: "Pages and zoom" },
};

const { TH } = window;
const { base, entry, player } = document.documentElement.dataset;
const address = base + entry;
const find = (name) => document.querySelector(`[data-document="${name}"]`);

/** Write page numbers as ranges: "1-5,8". */
export const writeRanges = (numbers) => {
  const ranges = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
};

/** Read such ranges; what is none is left out, and pages that the document lacks too. */
export const readRanges = (text, most) => {
  const numbers = new Set();
  for (const [, from, to] of String(text ?? "").matchAll(/(\d{1,5})(?:-(\d{1,5}))?/g)) {
    for (let n = Number(from); n <= Math.min(Number(to ?? from), most); n += 1) if (n > 0) numbers.add(n);
  }
  return numbers;
};

/** One picture is a document of one page. */
class Picture {
  count = 1;

  constructor(image) {
    this.image = image;
  }

  static async open(title) {
    const image = new Image();
    image.alt = title;
    image.src = address;
    await image.decode();
    return new Picture(image);
  }

  async draw(box, _number, width) {
    this.image.style.width = `${Math.round(width)}px`;
    if (this.image.parentNode !== box) box.replaceChildren(this.image);
  }
}

class Pdf {
  static async open() {
    const pdfjs = await import(`${VENDOR}/pdf.min.mjs`);
    const vendor = `${player}/vendor/pdfjs`;
    pdfjs.GlobalWorkerOptions.workerSrc = `${vendor}/pdf.worker.min.mjs`;
    const found = new Pdf();
    found.pdfjs = pdfjs;
    found.document = await pdfjs.getDocument({
      url: address,
      rangeChunkSize: PIECE,
      disableAutoFetch: true, // only what the open page needs
      disableStream: true,
      enableXfa: false,
      useWasm: false, // the policy of the frame lets nothing compile code
      cMapUrl: `${vendor}/cmaps/`,
      standardFontDataUrl: `${vendor}/standard_fonts/`,
      wasmUrl: `${vendor}/wasm/`,
    }).promise;
    found.count = found.document.numPages;
    return found;
  }

  /** Draw a page as wide as `width`, with its text on top, so that it can be selected and read out. */
  async draw(box, number, width, words) {
    this.task?.cancel();
    const page = await this.document.getPage(number);
    const plain = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: width / plain.width });
    const sharp = Math.min(window.devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / (viewport.width * viewport.height)));
    const canvas = document.createElement("canvas");
    canvas.width = Math.floor(viewport.width * sharp);
    canvas.height = Math.floor(viewport.height * sharp);
    Object.assign(canvas.style, { width: `${Math.floor(viewport.width)}px`, height: `${Math.floor(viewport.height)}px` });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", words);
    this.task = page.render({ canvas, viewport, transform: sharp === 1 ? null : [sharp, 0, 0, sharp, 0, 0], background: "#fff" });
    await this.task.promise;
    const text = document.createElement("div");
    text.className = "textLayer";
    box.style.setProperty("--total-scale-factor", viewport.scale);
    box.replaceChildren(canvas, text);
    await new this.pdfjs.TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport }).render();
    if (number < this.count) this.document.getPage(number + 1); // the next page's bytes are on their way
  }
}

class Reader {
  constructor(pages, { state, locale }) {
    this.pages = pages;
    this.words = WORDS[locale.startsWith("zh") ? "zh" : "en"];
    this.seen = readRanges(state?.seen, pages.count);
    this.completed = Boolean(state?.completed);
    this.number = Math.min(Math.max(1, Math.floor(Number(state?.page)) || 1), pages.count);
    this.zoom = 0;
    this.fresh = 0; // pages seen since the last statement
    this.said = Date.now();
    this.shownFor = 0;
    this.paused = false;
    this.label();
    find("back").addEventListener("click", () => this.turn(this.number - 1));
    for (const name of ["next", "on"]) find(name).addEventListener("click", () => this.turn(this.number + 1));
    find("larger").addEventListener("click", () => this.scale(this.zoom + 1));
    find("smaller").addEventListener("click", () => this.scale(this.zoom - 1));
    find("number").addEventListener("change", ({ target }) => this.turn(Math.floor(Number(target.value)) || this.number));
    addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.resized()).observe(find("pages"));
    TH.on("page", ({ number }) => this.turn(Math.floor(Number(number)) || this.number)); // from the list of pages around
    TH.on("pause", () => (this.paused = true));
    TH.on("resume", () => (this.paused = false));
    setInterval(() => this.look(), TICK_MS);
  }

  label() {
    const { words, pages } = this;
    find("bar").setAttribute("aria-label", words.bar);
    for (const name of ["back", "next", "larger", "smaller"]) {
      find(name).setAttribute("aria-label", words[name]);
      find(name).title = words[name];
    }
    find("on").textContent = words.next;
    find("number").setAttribute("aria-label", words.page);
    find("number").max = pages.count;
    find("of").textContent = words.of.replace("{all}", pages.count);
    for (const name of ["back", "next", "on", "count"]) find(name).hidden = pages.count === 1;
  }

  write(words) {
    return words.replace("{n}", this.number).replace("{all}", this.pages.count);
  }

  key({ key, target, altKey, ctrlKey, metaKey }) {
    if (altKey || ctrlKey || metaKey || target.matches?.("input")) return;
    const moves = this.zoom > 0 && target === find("pages"); // the arrows move an enlarged page
    if (key === "ArrowRight" && !moves) this.turn(this.number + 1);
    if (key === "ArrowLeft" && !moves) this.turn(this.number - 1);
    if (key === "+") this.scale(this.zoom + 1);
    if (key === "-") this.scale(this.zoom - 1);
  }

  async turn(to) {
    const number = Math.min(Math.max(1, to), this.pages.count);
    find("number").value = number;
    if (number === this.number) return;
    this.number = number;
    await this.draw();
    this.keep();
    TH.sight(document.querySelector("main"));
  }

  scale(to) {
    this.zoom = Math.min(Math.max(0, to), ZOOMS.length - 1);
    this.draw();
  }

  resized() {
    const width = find("pages").clientWidth;
    if (this.width && Math.abs(width - this.width) > 1) this.draw();
  }

  async draw() {
    const { number } = this;
    this.shownFor = 0;
    this.drawn = 0;
    this.width = find("pages").clientWidth;
    try {
      await this.pages.draw(find("page"), number, this.width * ZOOMS[this.zoom], this.write(this.words.now));
    } catch (error) {
      if (error?.name === "RenderingCancelledException" || number !== this.number) return; // another page was wanted meanwhile
      throw error;
    }
    if (number !== this.number) return;
    this.drawn = number;
    this.show();
  }

  show() {
    find("back").disabled = this.number === 1;
    for (const name of ["next", "on"]) find(name).disabled = this.number === this.pages.count;
    find("smaller").disabled = this.zoom === 0;
    find("larger").disabled = this.zoom === ZOOMS.length - 1;
    find("number").value = this.number;
    find("said").textContent = this.write(this.words.now);
    find("pages").setAttribute("aria-label", this.write(this.words.now));
    this.count();
  }

  count() {
    const { words, seen, pages } = this;
    TH.post("pages", { count: pages.count, now: this.number, seen: [...seen] });
    find("seen").textContent = this.completed ? words.done : words.seen.replace("{n}", seen.size).replace("{all}", pages.count);
  }

  /** Called a few times a second: a page that stands long enough is seen. */
  look() {
    if (!this.drawn || document.hidden || this.paused) return;
    this.shownFor += TICK_MS;
    if (this.shownFor >= SEEN_AFTER_MS && !this.seen.has(this.drawn)) this.add(this.drawn);
    if (this.fresh && Date.now() - this.said > SAY_EVERY_MS) this.say("progressed");
  }

  add(number) {
    this.seen.add(number);
    this.fresh += 1;
    if (this.seen.size === this.pages.count && !this.completed) {
      this.completed = true;
      this.say("completed", { completion: true });
    }
    TH.post("parting", { statement: this.fresh ? this.statement("progressed") : null });
    this.count();
    this.keep();
  }

  statement(verb, more = {}) {
    const extensions = { [PAGES_SEEN]: writeRanges(this.seen), [PAGES]: this.pages.count };
    return { verb: { id: `${ADL}/${verb}`, display: { "en-US": verb } }, result: { ...more, extensions } };
  }

  say(verb, more) {
    TH.statement(this.statement(verb, more));
    this.fresh = 0;
    this.said = Date.now();
  }

  keep() {
    TH.post("state", { body: { page: this.number, seen: writeRanges(this.seen), completed: this.completed } });
  }
}

let begun = false;
TH.on("init", async (message) => {
  if (begun) return;
  begun = true;
  try {
    const pages = await (/\.pdf$/i.test(entry) ? Pdf.open() : Picture.open(message.title ?? ""));
    const reader = new Reader(pages, message);
    await reader.draw();
    find("bar").hidden = find("foot").hidden = false;
    TH.followHeight(document.querySelector("main"));
    TH.started();
  } catch (error) {
    console.error(error);
    TH.failed(await TH.whyMissing(address, "format"), error?.message ?? error);
  }
});
TH.ready();
