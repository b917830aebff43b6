// A video that stops at checkpoints for a question. Nobody gets past a checkpoint without answering it.
var TH = (window.TH = window.TH || {}); // our player's frame, or nothing but these types

TH.CheckpointVideo = (function (Q) {
  "use strict";
  var el = Q.el;
  var AFTER_S = 0.05;
  var W = Q.words(
    { go: "继续播放", stop: "想一想", left: "还有 {n} 个检查点", done: "检查点全部完成。", problem: "视频无法播放。您的学习位置已保存。" },
    { go: "Continue", stop: "A question first", left: "{n} checkpoints left", done: "All checkpoints are answered.", problem: "The video cannot be played. Your place is kept." }
  );

  function CheckpointVideo(params, contentId, extras) {
    H5P.EventDispatcher.call(this);
    var self = this;
    var before = (extras && extras.previousState) || {};
    var points = params.checkpoints.slice().sort(function (a, b) { return a.at - b.at; });
    var answered = new Set((before.answered || []).filter(function (id) { return Q.isChecked(id) && points.some(function (point) { return point.id === id; }); })); // of this version
    var tracking = null;
    var root, video, panel, state;

    this.attach = function ($container) {
      video = el("video", { controls: true, playsinline: true, preload: "metadata", crossorigin: "anonymous" });
      (params.captions || []).forEach(function (track) {
        video.append(el("track", { kind: "captions", src: H5P.getPath(track.path, contentId), srclang: track.language, label: track.label, default: track.language.slice(0, 2) === (TH.locale || "zh").slice(0, 2) }));
      });
      panel = el("section", { class: "th-panel", "aria-live": "polite", hidden: true });
      state = el("p", { class: "th-note", role: "status" });
      root = el("div", { class: "th-content th-video" }, video, panel, state);
      $container.append(root);
      self.setActivityStarted();
      if (TH.trackVideo) tracking = TH.trackVideo(video, { segments: before.segments, completed: before.completed });
      video.addEventListener("loadedmetadata", function () {
        if (before.position > 0 && before.position < video.duration - 2) video.currentTime = before.position;
      }, { once: true });
      video.addEventListener("timeupdate", look);
      video.addEventListener("seeking", look);
      ["pause", "seeked", "ended"].forEach(function (moment) { video.addEventListener(moment, keep); });
      video.addEventListener("error", function () { state.textContent = W("problem"); });
      video.src = H5P.getPath(params.video, contentId);
      update();
    };

    function next() {
      return points.find(function (point) { return !answered.has(point.id); });
    }

    /** The first open checkpoint is a wall, whether it was played up to or jumped over. */
    function look() {
      var point = next();
      if (!point || video.currentTime < point.at) return;
      video.pause();
      if (video.currentTime > point.at + 1) video.currentTime = point.at + AFTER_S;
      ask(point);
    }

    function ask(point) {
      if (panel.dataset.point === point.id) return;
      panel.dataset.point = point.id;
      var check = new Q.Check(point, null, function (right, response) {
        Q.answered(self, point, right, response);
        if (!right) return;
        answered.add(point.id);
        update();
        keep();
        var go = el("button", { type: "button", class: "th-button", onclick: goOn }, W("go"));
        panel.append(go);
        go.focus();
      });
      panel.replaceChildren(el("h2", { tabindex: "-1" }, W("stop")), check.root);
      panel.hidden = false;
      leaveFullScreen();
      Q.show(panel, panel.querySelector("h2"));
    }

    /** In full screen only the film is seen, and the question waits below it. */
    function leaveFullScreen() {
      if (document.fullscreenElement) document.exitFullscreen().then(function () { Q.show(panel, panel.querySelector("h2")); }, function () {});
      else if (video.webkitDisplayingFullscreen) video.webkitExitFullscreen();
      if (document.pictureInPictureElement) document.exitPictureInPicture().catch(function () {});
    }

    function goOn() {
      panel.hidden = true;
      panel.dataset.point = "";
      video.focus();
      video.play();
    }

    function update() {
      var left = points.length - answered.size;
      state.textContent = left ? W("left").replace("{n}", left) : W("done");
    }

    function keep() {
      if (TH.saveSoon) TH.saveSoon();
    }

    this.getCurrentState = function () {
      return {
        position: Math.round(video.currentTime * 10) / 10,
        segments: tracking ? tracking.covered() : [],
        completed: tracking ? tracking.completed() : false,
        answered: Array.from(answered),
      };
    };
  }

  CheckpointVideo.prototype = Object.create(H5P.EventDispatcher.prototype);
  CheckpointVideo.prototype.constructor = CheckpointVideo;
  return CheckpointVideo;
})(TH.Question);
