// Plays H5P content of any type with h5p-standalone, keeps its state, and lets the page know how high it is.
(function () {
  "use strict";
  const { base, entry, player } = document.documentElement.dataset;
  const SAVE_EVERY_S = 3;
  const box = document.getElementById("content");
  let begun = false;

  window.TH.on("init", async ({ state, iri }) => {
    if (begun) return;
    begun = true;
    const folder = base + entry;
    const watched = window.TH.watchBox(box, () => window.H5P?.instances?.[0]?.libraryInfo?.machineName);
    try {
      await play(folder, state, iri);
    } catch (error) {
      console.error(error);
      window.TH.failed(await window.TH.whyMissing(`${folder}/h5p.json`, "error"), error?.message ?? error);
      return;
    }
    // Types that are not ours are made for white pages: their text on ours would be light on light where a device is dark.
    const library = window.H5P.instances?.[0]?.libraryInfo?.machineName ?? "";
    document.documentElement.toggleAttribute("data-bright", !library.startsWith("TH."));
    window.TH.followHeight(box);
    watched.loaded();
  });

  const play = (folder, state, iri) =>
    new window.H5PStandalone.H5P(box, {
      h5pJsonPath: folder,
      frameJs: `${player}/vendor/h5p/frame.bundle.js`,
      frameCss: `${player}/vendor/h5p/styles/h5p.css`,
      embedType: "div", // a frame within the frame would have no origin to load from
      xAPIObjectIRI: iri,
      contentUserData: [{ state: JSON.stringify(state ?? false) }], // false: begin again, and ask nobody
      saveFreq: SAVE_EVERY_S, // without it the player gives no state back; where it saves is our hook's business
      frame: false,
      copyright: false,
      export: false,
      icon: false,
      fullScreen: false,
    });

  /** Our own types say when something is worth keeping; others are asked every few seconds by the player. */
  window.TH.saveSoon = () => setTimeout(() => window.TH.keepState(window.H5P.instances?.[0]?.getCurrentState?.()), 0);
  window.TH.ready();
})();
