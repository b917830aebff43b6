// What of a video was really played, and how is that said? xAPI Video profile 1.0.3, from the <video> element itself.
//
// Each statement carries the segments played since the one before it, all at one speed: what was played too fast can then
// be told apart. The server checks them against its own clock.
(function () {
  "use strict";
  const VIDEO = "https://w3id.org/xapi/video";
  const ADL = "http://adlnet.gov/expapi/verbs";
  const SAY_EVERY_MS = 60000;
  const SHORTEST_S = 0.2;
  const AT_THE_START_S = 0.25; // events come a moment after the first picture
  const DONE_SHARE = 0.95;
  const MEDIA_EVERY_MS = 1000;

  /** Follow a video; `options`: {object?: part of the activity, onCovered?: (share) => void, segments?: covered before}. */
  window.TH.trackVideo = (video, options = {}) => {
    const covered = [...(options.segments ?? [])];
    let fresh = []; // played since the last statement
    let start = null; // where the stretch that is playing began
    let last = 0;
    let said = 0;
    let told = 0;
    let completed = Boolean(options.completed);

    const round = (seconds) => Math.round(seconds * 1000) / 1000;
    const duration = () => (Number.isFinite(video.duration) ? video.duration : 0);

    function begin() {
      start = last = video.currentTime < AT_THE_START_S ? 0 : video.currentTime;
    }

    function end() {
      if (start === null) return;
      if (last - start >= SHORTEST_S) {
        fresh.push([round(start), round(last)]);
        add(covered, start, last);
      }
      start = null;
    }

    function add(list, from, to) {
      let [a, b] = [from, to];
      for (let i = list.length - 1; i >= 0; i--) {
        if (list[i][0] <= b && list[i][1] >= a) {
          a = Math.min(a, list[i][0]);
          b = Math.max(b, list[i][1]);
          list.splice(i, 1);
        }
      }
      list.push([round(a), round(b)]);
      list.sort((x, y) => x[0] - y[0]);
    }

    const running = () => (start !== null && last - start >= SHORTEST_S ? [[round(start), round(last)]] : []);

    /** What was covered so far, the stretch that is playing included. */
    function coveredNow() {
      const all = covered.map((pair) => [...pair]);
      running().forEach(([a, b]) => add(all, a, b));
      return all;
    }

    const share = () => (duration() ? coveredNow().reduce((sum, [a, b]) => sum + b - a, 0) / duration() : 0);

    function say(verb, display, more = {}) {
      window.TH.statement(statement(verb, display, fresh, more));
      fresh = [];
      said = Date.now();
    }

    /** Leave with the page what would be said last: when it goes away, a frame is no longer heard. */
    function part() {
      const unsaid = [...fresh, ...running()];
      window.TH.post("parting", { statement: unsaid.length ? statement(`${ADL}/terminated`, "terminated", unsaid) : null });
    }

    function statement(verb, display, segments, more = {}) {
      const extensions = { [`${VIDEO}/extensions/time`]: round(video.currentTime) };
      if (duration()) extensions[`${VIDEO}/extensions/progress`] = Math.min(1, round(share()));
      if (segments.length) extensions[`${VIDEO}/extensions/played-segments`] = segments.map(([a, b]) => `${a}[.]${b}`).join("[,]");
      return {
        ...(options.object ? { object: options.object } : {}),
        verb: { id: verb, display: { "en-US": display } },
        result: { ...more, extensions: { ...more.extensions, ...extensions } },
        context: {
          contextActivities: { category: [{ id: VIDEO }] },
          extensions: { [`${VIDEO}/extensions/speed`]: `${speed}x`, ...(duration() ? { [`${VIDEO}/extensions/length`]: round(duration()) } : {}) },
        },
      };
    }
    let speed = video.playbackRate;

    function completeOnce() {
      if (completed || share() < DONE_SHARE) return;
      completed = true;
      say(`${ADL}/completed`, "completed", { completion: true });
    }

    function tellMedia(now = false) {
      if (!now && Date.now() - told < MEDIA_EVERY_MS) return;
      told = Date.now();
      window.TH.post("media", { playing: !video.paused && !video.ended, position: round(video.currentTime), duration: round(duration()) });
      part();
    }

    const progress = () => {
      if (start !== null && !video.seeking) {
        if (video.currentTime < last || video.currentTime - last > 1.5 * video.playbackRate + 1) {
          end(); // the position jumped without a seek event
          begin();
        }
        last = video.currentTime;
        if (Date.now() - said > SAY_EVERY_MS) {
          end();
          begin();
          say(`${ADL}/progressed`, "progressed");
        }
      }
      options.onCovered?.(share(), covered);
      tellMedia();
    };

    video.addEventListener("loadedmetadata", () => say(`${ADL}/initialized`, "initialized"), { once: true });
    video.addEventListener("playing", () => {
      if (start === null) begin();
      tellMedia(true);
    });
    video.addEventListener("play", () => {
      speed = video.playbackRate;
      say(`${VIDEO}/verbs/played`, "played");
    });
    video.addEventListener("timeupdate", progress);
    video.addEventListener("seeking", () => end());
    video.addEventListener("seeked", () => {
      say(`${VIDEO}/verbs/seeked`, "seeked");
      if (!video.paused) begin();
      else tellMedia(true);
    });
    video.addEventListener("ratechange", () => {
      end();
      if (fresh.length) say(`${ADL}/progressed`, "progressed"); // at the speed it was played
      speed = video.playbackRate;
      if (!video.paused) begin();
    });
    video.addEventListener("pause", () => {
      if (start !== null && !video.seeking) last = video.ended ? duration() : video.currentTime;
      end();
      say(`${VIDEO}/verbs/paused`, "paused");
      tellMedia(true);
      completeOnce();
      options.onCovered?.(share(), covered);
    });
    video.addEventListener("ended", () => {
      completeOnce();
      tellMedia(true);
    });
    return { covered: coveredNow, share, completed: () => completed };
  };
})();
