// A cmi5 unit: its page opens in a frame of its own. It talks with the server itself; the page around decides when it is opened.
(function () {
  "use strict";
  const { TH } = window;
  const main = document.querySelector("main");

  function open(url) {
    const frame = document.createElement("iframe");
    Object.assign(frame, { src: url, title: document.title, allow: "fullscreen; autoplay" });
    main.setAttribute("aria-label", document.title); // the unit's page may have a main part of its own
    main.replaceChildren(frame);
    TH.watchInside(frame);
  }

  TH.on("unit", ({ url }) => (url ? open(url) : main.replaceChildren()));
  TH.ready();
})();
