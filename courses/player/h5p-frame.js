// Plays H5P content of any type with h5p-standalone, keeps its state, and lets the page know how high it is.
(function () {
  "use strict";
  const { base, entry, player } = document.documentElement.dataset;
  const SAVE_EVERY_MS = 3000;
  const box = document.getElementById("content");
  let begun = false;
  let kept = "";

  window.TH.on("init", async ({ state, iri }) => {
    if (begun) return;
    begun = true;
    kept = JSON.stringify(state ?? null);
    const folder = base + entry;
    await new window.H5PStandalone.H5P(box, {
      h5pJsonPath: folder,
      frameJs: `${player}/vendor/h5p/frame.bundle.js`,
      frameCss: `${player}/vendor/h5p/styles/h5p.css`,
      embedType: "div", // a frame within the frame would have no origin to load from
      xAPIObjectIRI: iri,
      contentUserData: [{ state: JSON.stringify(state ?? {}) }],
      saveFreq: false,
      frame: false,
      copyright: false,
      export: false,
      icon: false,
      fullScreen: false,
    });
    window.TH.followHeight(box);
    setInterval(save, SAVE_EVERY_MS);
    addEventListener("pagehide", save);
  });
  window.TH.on("save", save);

  function save() {
    const instance = window.H5P.instances?.[0];
    const state = instance?.getCurrentState?.();
    if (state === undefined) return;
    const text = JSON.stringify(state);
    if (text === kept) return;
    kept = text;
    window.TH.post("state", { body: state });
  }

  window.TH.saveSoon = () => setTimeout(save, 0);
  window.TH.ready();
})();
