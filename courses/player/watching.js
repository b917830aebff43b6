// Does the content show, and if not, why? The page counts nothing before a frame says `started`, and tells people why one says `failed`.
//
// Reasons: network (nobody answers), missing (a file is not there), outside (a file on another site, which is not loaded), format (this
// browser cannot play it), sound (it plays without a picture), error (a script stopped), blank (nothing is drawn).
(function () {
  "use strict";
  const { TH } = window;
  const { base, player } = document.documentElement.dataset;
  const LOOK_MS = 250;
  const SAVED_AFTER_MS = 2000;
  const BLANK_AFTER_MS = 8000;
  const LONGEST_DETAIL = 300;
  const MOST_ELEMENTS = 5000;
  const DECODING = 3; // MediaError.MEDIA_ERR_DECODE
  const NO_SOURCE = 3; // HTMLMediaElement.NETWORK_NO_SOURCE
  const FILMS = ["H5P.InteractiveVideo", "H5P.Video", "TH.CheckpointVideo"];
  const DRAWN = "video, audio, canvas, svg, input, button, select, textarea, progress";
  let said = ""; // the last that the page was told: "started" or a reason
  let stopped = ""; // the last error of a script

  TH.started = () => {
    if (said !== "started") TH.post("started");
    said = "started";
  };

  TH.failed = (reason, detail = "") => {
    if (said === "network") return; // errors that follow from it say nothing more; the page loads the frame again
    if (said !== reason) TH.post("failed", { reason, detail: String(detail).slice(0, LONGEST_DETAIL) });
    said = reason;
  };

  /** Return why a file did not come: asked for again, because an element does not say. `otherwise`: it is there. */
  TH.whyMissing = async (address, otherwise) => {
    if (![base, `${player}/`].some((own) => address.startsWith(own))) return "outside";
    try {
      const { ok, status } = await fetch(address, { method: "HEAD", cache: "no-store" });
      if (ok) return otherwise;
      return status === 404 ? "missing" : "network";
    } catch {
      return "network";
    }
  };

  const nameOf = (address) => decodeURIComponent(address.startsWith(base) ? address.slice(base.length) : address);

  /** A film has started when its first picture is known. A browser that saves data loads nothing before somebody presses play. */
  TH.watchFilm = (video) => {
    const look = () => (video.videoWidth > 0 || video instanceof HTMLAudioElement ? TH.started() : TH.failed("sound", nameOf(video.currentSrc)));
    video.addEventListener("loadedmetadata", look);
    video.addEventListener("playing", look);
    video.addEventListener("suspend", () => setTimeout(() => isSaved(video) && TH.started(), SAVED_AFTER_MS));
    video.addEventListener("error", async ({ target }) => {
      if (target !== video && video.networkState !== NO_SOURCE) return; // one of several sources: the next is tried
      const address = target.currentSrc || target.src || "";
      if (video.error?.code === DECODING) TH.failed("format", nameOf(address));
      else TH.failed(await TH.whyMissing(address, "format"), nameOf(address));
    }, true); // a <source> says it of itself
    if (video.readyState > 0) look();
  };

  const isSaved = (video) => !said && video.readyState === 0 && !video.error && video.networkState === video.NETWORK_IDLE;

  const hasText = (element) => [...element.childNodes].some((one) => one.nodeType === Node.TEXT_NODE && one.data.trim());

  const leadsOut = ({ src }) => /^https?:/.test(src) && !src.startsWith(base);

  function isDrawn(element) {
    const { width, height } = element.getBoundingClientRect();
    if (width < 2 || height < 2) return false;
    if (element.matches("img")) return element.naturalWidth > 0;
    if (element.matches("iframe")) return element.src.startsWith(base);
    if (element.matches(DRAWN) || hasText(element)) return getComputedStyle(element).visibility !== "hidden";
    return getComputedStyle(element).backgroundImage !== "none";
  }

  /**
   * Look until something is drawn in the box. After a while without anything say so, and go on looking: it may come late. What the box
   * needs may take long to arrive, so the while begins with `loaded()`, or with an error.
   */
  TH.watchBox = (box, mainOf) => {
    let began = 0;
    const timer = setInterval(() => {
      if (!began && stopped) began = Date.now();
      const late = began && Date.now() - began > BLANK_AFTER_MS;
      const film = FILMS.includes(mainOf());
      const video = film && box.querySelector("video");
      if (video) TH.watchFilm(video);
      if (video || (!film && [...box.querySelectorAll("*")].slice(0, MOST_ELEMENTS).some(isDrawn))) {
        clearInterval(timer);
        if (!video) TH.started();
      } else if (late) {
        if (stopped) TH.failed("error", stopped);
        else TH.failed([...box.querySelectorAll("iframe")].some((one) => film || leadsOut(one)) ? "outside" : "blank");
      }
    }, LOOK_MS);
    return { loaded: () => (began ||= Date.now()) };
  };

  addEventListener("error", async (event) => {
    if (event instanceof ErrorEvent) stopped = event.message || "error";
    const { target } = event;
    if (said || !(target instanceof HTMLScriptElement)) return; // a player that waits for a script waits without end
    TH.failed(await TH.whyMissing(target.src, "error"), nameOf(target.src));
  }, true);
  addEventListener("unhandledrejection", ({ reason }) => (stopped = String(reason?.message ?? reason)));
})();
