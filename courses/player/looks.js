// How does a person want our own frames to look? The size of the text, and captions where a film has them.
//
// The page around remembers both on the device, because a frame without an origin can keep nothing.
(function () {
  "use strict";
  const { TH } = window;
  const root = document.documentElement;
  const SIZES = ["large", "larger"];
  let wanted = null; // captions: true, false, or null as long as nobody has chosen
  let told = "";

  const tracks = () => [...document.querySelectorAll("video")].flatMap((video) => [...video.textTracks]).filter(({ kind }) => ["captions", "subtitles"].includes(kind));

  function tell() {
    const found = tracks();
    const said = found.length ? String(found.some(({ mode }) => mode === "showing")) : "";
    if (said && said !== told) TH.post("captions", { on: said === "true" });
    told = said;
  }

  /** Show the captions in the language of the page, or those that there are; nothing changes before somebody has chosen. */
  function show() {
    if (wanted === null) return;
    const found = tracks();
    const best = found.find(({ language }) => language.slice(0, 2) === TH.locale.slice(0, 2)) ?? found[0];
    for (const track of found) track.mode = wanted && track === best ? "showing" : "disabled";
  }

  function apply({ looks }) {
    if (!looks) return;
    if (SIZES.includes(looks.size)) root.dataset.size = looks.size;
    else delete root.dataset.size;
    wanted = looks.captions ?? wanted;
    show();
    tell();
  }

  // A film comes late, and its own controls turn captions on and off, too.
  document.addEventListener("loadedmetadata", ({ target }) => {
    show();
    tell();
    target.textTracks?.addEventListener("change", tell);
  }, true);
  TH.on("init", apply);
  TH.on("looks", apply);
})();
