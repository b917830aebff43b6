// A plain video with captions, or a sound recording: goes on where it was left, says what was played.
(function () {
  "use strict";
  const { base, entry, captions } = document.documentElement.dataset;
  const SAVE_EVERY_MS = 5000;
  const video = document.querySelector("video, audio");
  let saved = 0;
  let tracking = null;

  window.TH.on("init", ({ state, locale }) => {
    if (tracking) return;
    for (const one of JSON.parse(captions || "[]")) {
      const track = Object.assign(document.createElement("track"), { kind: "captions", src: one.url, srclang: one.language, label: one.label });
      track.default = locale.startsWith(one.language.slice(0, 2));
      video.append(track);
    }
    tracking = window.TH.trackVideo(video, { segments: state?.segments, completed: state?.completed });
    video.addEventListener("loadedmetadata", () => {
      if (state?.position > 0 && state.position < video.duration - 2) video.currentTime = state.position;
    }, { once: true });
    window.TH.watchFilm(video);
    if (video instanceof HTMLAudioElement) window.TH.followHeight(document.querySelector("main"));
    video.src = base + entry;
  });

  const save = (now) => {
    if (!tracking || (!now && Date.now() - saved < SAVE_EVERY_MS)) return;
    saved = Date.now();
    window.TH.post("state", { body: { position: Math.round(video.currentTime * 10) / 10, segments: tracking.covered(), completed: tracking.completed() } });
  };
  video.addEventListener("timeupdate", () => save(false));
  for (const moment of ["pause", "seeked", "ended"]) video.addEventListener(moment, () => save(true));
  window.TH.ready();
})();
