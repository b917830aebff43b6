// Quiz: questions whose answers only the server knows. It grades, this shows; what was chosen survives a reload.
var TH = (window.TH = window.TH || {}); // our player's frame, or nothing but these types

TH.Quiz = (function (Q) {
  "use strict";
  var el = Q.el;
  var W = Q.words(
    {
      hand: "交卷", again: "再做一次", several: "（可多选）", missing: "还有 {n} 题没有作答。", open: "这一题还没有作答", sending: "正在交卷……没有网络时会先保存，联网后自动提交。",
      passed: "通过了！得分 {raw} / {max}", failed: "这次得分 {raw} / {max}，还没有通过。看看提示，再试一次。", mark: "得分 {percent}%，达到 {pass}% 为通过。", right: "正确", wrong: "不正确", left: "还可以做 {n} 次。",
      none: "测验次数已用完，已取得的成绩保留。", error: "没能评分：", outside: "这份测验只能在学习平台中交卷。",
    },
    {
      hand: "Hand in", again: "Try again", several: " (more than one)", missing: "{n} questions are not answered yet.", open: "Not answered yet", sending: "Handing in … without a network it is kept and sent when the network is back.",
      passed: "Passed! Score {raw} / {max}", failed: "Score {raw} / {max}: not passed yet. Read the hints and try again.", mark: "Your score is {percent}%; the pass mark is {pass}%.", right: "Right", wrong: "Not right", left: "{n} attempts left.",
      none: "All attempts are used up. What you reached is kept.", error: "It could not be graded: ", outside: "This quiz can only be handed in on the learning site.",
    }
  );

  var SAID_SEVERAL = /[（(][^（()）]*(多选|multiple|several|more than one|all that apply)[^（()）]*[)）]\s*$/i; // its author says so already

  function Quiz(params, contentId, extras) {
    H5P.EventDispatcher.call(this);
    var self = this;
    var draft = ((extras && extras.previousState) || {}).draft || {};
    var attempts = (TH.settings && TH.settings.attempts) || [];
    var handed = TH.settings && TH.settings.handed; // handed in before this load of the page, not graded yet
    var local = TH.submitAnswers ? null : TH.QuizAnswers(params, TH.locale || document.documentElement.lang || "zh-CN"); // in another player
    var all = local ? local.questions : params.questions;
    var drawn = local ? local.draw() : (TH.settings && TH.settings.drawn) || null; // the questions of the next attempt; null: all
    var state = (extras && extras.previousState) || {};
    var seed = state.seed || Math.floor(Math.random() * 1e9) + 1; // of the order in which this learner sees questions and options
    var score = { raw: 0, max: 0 };
    var root;

    /** Mix a list: the same seed and name give the same order, so that nothing jumps after a reload. */
    function mixed(list, name) {
      function rank(one) {
        var text = seed + name + one.id, hash = 0;
        for (var n = 0; n < text.length; n += 1) hash = Math.imul(hash ^ text.charCodeAt(n), 2654435761) ^ (hash >>> 13);
        return hash >>> 0;
      }
      return list.slice().sort(function (one, other) { return rank(one) - rank(other); });
    }

    function asked() {
      var questions = all.filter(function (one) { return !drawn || drawn.indexOf(one.id) >= 0; });
      if (params.shuffle_questions) questions = mixed(questions, "");
      return questions.map(function (one) {
        var fixed = !params.shuffle_options || (one.type !== "single" && one.type !== "multiple");
        return fixed ? one : Object.assign({}, one, { options: mixed(one.options, one.id) });
      });
    }

    this.attach = function ($container) {
      root = el("div", { class: "th-content th-quiz" });
      $container.append(root);
      self.setActivityStarted();
      if (attempts.length && !handed) result(attempts[attempts.length - 1]);
      else form();
    };

    function form() {
      var questions = asked();
      var parts = questions.map(function (question, index) {
        var several = question.type === "multiple" && !SAID_SEVERAL.test(question.text);
        var shown = several ? Object.assign({}, question, { text: question.text + W("several") }) : question;
        return Q.ask(shown, index + 1, draft[question.id] || [], Q.picture(question.picture, contentId), keep);
      });
      var said = el("p", { class: "th-said", role: "status" });
      var button = el("button", { type: "submit", class: "th-button" }, W("hand"));
      var page = el("form", { class: "th-form", onsubmit: hand }, params.intro ? el("p", { class: "th-intro", lang: Q.languageOf(params.intro) }, params.intro) : null);
      parts.forEach(function (one) { page.append(one.root); });
      page.append(said, button);
      root.replaceChildren(page);
      if (handed) wait(TH.gradeOf(handed));

      function keep() {
        questions.forEach(function (question, index) {
          draft[question.id] = parts[index].chosen();
          if (parts[index].complete()) parts[index].mark("");
        });
        if (TH.saveSoon) TH.saveSoon();
      }

      function hand(event) {
        event.preventDefault();
        keep();
        var open = parts.filter(function (one) { return !one.complete(); });
        if (open.length) {
          said.textContent = W("missing").replace("{n}", open.length);
          open.forEach(function (one) { one.mark(W("open")); });
          Q.show(open[0].root, open[0].inputs[0]);
          return;
        }
        if (!TH.submitAnswers && !local) {
          said.textContent = W("outside");
          return;
        }
        var given = {}; // of this attempt only: the draft may hold what an earlier draw asked
        questions.forEach(function (question) { given[question.id] = draft[question.id]; });
        if (local) gradeHere(given);
        else wait(TH.submitAnswers(given));
      }

      function wait(grading) {
        handed = null;
        button.disabled = true;
        said.textContent = W("sending");
        grading.then(
          function (grade) { result(grade, true); },
          function (error) {
            button.disabled = false;
            said.textContent = error.code === "no-attempts" ? W("none") : W("error") + error.message;
          }
        );
      }
    }

    function gradeHere(given) {
      var grade = local.grade(given, drawn);
      score = { raw: grade.score_raw, max: grade.score_max };
      if (self.triggerXAPIScored) self.triggerXAPIScored(score.raw, score.max, "completed", true, grade.passed);
      drawn = local.draw();
      result(grade, true);
    }

    function result(grade, fresh) {
      if (grade.drawn !== undefined) drawn = grade.drawn;
      var head = el("h2", { tabindex: "-1" }, W(grade.passed ? "passed" : "failed").replace("{raw}", grade.score_raw).replace("{max}", grade.score_max));
      var page = el("div", { class: "th-result", "data-passed": String(grade.passed) }, head);
      if (grade.pass_percent && grade.score_max) {
        page.append(el("p", { class: "th-note" }, W("mark").replace("{percent}", Math.floor((100 * grade.score_raw) / grade.score_max)).replace("{pass}", grade.pass_percent)));
      }
      grade.items.forEach(function (item, index) {
        var question = all.find(function (one) { return one.id === item.id; });
        if (question) page.append(line(question, item, index + 1));
      });
      if (!grade.passed && grade.left !== 0) {
        page.append(el("div", { class: "th-actions" }, el("button", { type: "button", class: "th-button", onclick: again }, W("again")), grade.left == null ? null : el("p", { class: "th-note" }, W("left").replace("{n}", grade.left))));
      } else if (!grade.passed) page.append(el("p", { class: "th-note" }, W("none")));
      root.replaceChildren(page);
      if (fresh) {
        Q.show(root, head);
      }
    }

    function line(question, item, number) {
      var words = item.feedback[(TH.locale || "zh").slice(0, 2) !== "zh" ? "en" : "zh"] || item.feedback.zh;
      return el(
        "section",
        { class: "th-item", "data-right": String(item.correct) },
        el("h3", { lang: Q.languageOf(question.text) }, number + ". " + question.text),
        el("p", {}, el("strong", {}, W(item.correct ? "right" : "wrong")), " · ", el("span", { lang: Q.languageOf(question.text) }, Q.inWords(question, item.response))),
        words ? el("p", { class: "th-note", lang: Q.languageOf(words) }, words) : null
      );
    }

    function again() {
      form();
      Q.show(root, root.querySelector("input, select, .th-move"));
    }

    this.getCurrentState = function () {
      return { draft: draft, seed: seed };
    };

    /** What other players ask for (H5P's question type contract). */
    this.getScore = function () { return score.raw; };
    this.getMaxScore = function () { return score.max; };
  }

  Quiz.prototype = Object.create(H5P.EventDispatcher.prototype);
  Quiz.prototype.constructor = Quiz;
  return Quiz;
})(TH.Question);
