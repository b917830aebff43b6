// Reflection: an open question. A tutor accepts the answer or returns it with a comment; what is typed survives a reload.
var TH = (window.TH = window.TH || {}); // our player's frame, or nothing but these types

TH.Reflection = (function (Q) {
  "use strict";
  var el = Q.el;
  var LONGEST = 20000;
  var W = Q.words(
    {
      answer: "您的回答", hand: "提交", again: "修改后重新提交", least: "至少 {n} 字，现在 {now} 字。", count: "{now} 字", short: "还差 {n} 字。", sending: "正在提交……没有网络时会先保存，联网后自动提交。",
      "handed-in": "已提交，等待老师查看。", accepted: "已通过。", returned: "老师退回了您的回答，请修改后重新提交。", comment: "老师的意见：", error: "没能提交：", outside: "已记下您的回答。",
    },
    {
      answer: "Your answer", hand: "Hand in", again: "Hand in again", least: "At least {n} characters; now {now}.", count: "{now} characters", short: "{n} characters are missing.", sending: "Handing in … without a network it is kept and sent when the network is back.",
      "handed-in": "Handed in. Your tutor will look at it.", accepted: "Accepted.", returned: "Your tutor returned the answer. Change it and hand it in again.", comment: "Your tutor says: ", error: "It could not be handed in: ", outside: "Your answer is noted.",
    }
  );

  function Reflection(params, contentId, extras) {
    H5P.EventDispatcher.call(this);
    var self = this;
    var work = (TH.settings && TH.settings.reflection) || null; // {state, text, comment} of what was handed in
    var handed = TH.settings && TH.settings.handed; // handed in before this load of the page, not received yet
    var draft = ((extras && extras.previousState) || {}).draft;
    var least = params.least_characters || 0;
    var area, count, said, button;

    this.attach = function ($container) {
      var lang = Q.languageOf(params.prompt);
      area = el("textarea", { class: "th-line th-answer", rows: 10, maxlength: LONGEST, id: "th-answer", oninput: typed });
      area.value = draft != null ? draft : work ? work.text : "";
      count = el("p", { class: "th-note", id: "th-count" });
      area.setAttribute("aria-describedby", "th-count");
      said = el("p", { class: "th-said", role: "status" });
      button = el("button", { type: "submit", class: "th-button" }, W("hand"));
      $container.append(
        el("form", { class: "th-content th-reflection", onsubmit: hand },
          el("h2", { lang: lang, class: "th-lines" }, params.prompt), Q.picture(params.picture, contentId),
          params.guidance ? el("p", { lang: lang, class: "th-lines" }, params.guidance) : null,
          el("div", { class: "th-state", "aria-live": "polite" }), el("label", { for: "th-answer" }, W("answer")), area, count, said, button)
      );
      self.setActivityStarted();
      show();
      if (handed) wait(TH.gradeOf(handed));
    };

    function length() {
      return Array.from(area.value.replace(/\s/g, "")).length;
    }

    function typed() {
      draft = area.value;
      tell();
      if (TH.saveSoon) TH.saveSoon();
    }

    function tell() {
      count.textContent = W(least ? "least" : "count").replace("{n}", least).replace("{now}", length());
    }

    function show() {
      var box = area.form.querySelector(".th-state");
      var state = work && work.state;
      box.replaceChildren.apply(box, state ? [el("p", { class: "th-mark", "data-state": state }, el("strong", {}, W(state))), work.comment ? el("p", { class: "th-lines" }, W("comment") + work.comment) : null].filter(Boolean) : []);
      area.readOnly = state === "accepted";
      button.hidden = state === "accepted";
      button.textContent = W(state ? "again" : "hand");
      tell();
    }

    function hand(event) {
      event.preventDefault();
      var missing = Math.max(least, 1) - length();
      if (missing > 0) {
        said.textContent = W("short").replace("{n}", missing);
        area.focus();
        return;
      }
      if (!TH.submitAnswers) {
        said.textContent = W("outside");
        if (self.triggerXAPI) self.triggerXAPI("answered", { result: { response: area.value, completion: true } });
        return;
      }
      wait(TH.submitAnswers({ text: area.value }));
    }

    function wait(received) {
      handed = null;
      button.disabled = true;
      said.textContent = W("sending");
      received.then(
        function (kept) {
          work = { state: kept.state, text: kept.text, comment: "" };
          said.textContent = "";
          button.disabled = false;
          show();
          Q.show(area.form, area);
        },
        function (error) {
          button.disabled = false;
          said.textContent = W("error") + error.message;
        }
      );
    }

    this.getCurrentState = function () {
      return { draft: area ? area.value : draft };
    };
  }

  Reflection.prototype = Object.create(H5P.EventDispatcher.prototype);
  Reflection.prototype.constructor = Reflection;
  return Reflection;
})(TH.Question);
