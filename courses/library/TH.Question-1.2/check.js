// Check questions of readings and videos: answered until they are right.
TH.Question = (function (Q) {
  "use strict";

  var W = Q.words(
    { check: "提交答案", right: "答对了。", wrong: "再想一想。", choose: "请先选择一个答案。", sending: "正在提交……没有网络时会先保存，联网后自动提交。", error: "没能判断：", outside: "这道题只能在学习平台中作答。" },
    { check: "Check", right: "Right.", wrong: "Not yet. Think again.", choose: "Choose an answer first.", sending: "Checking … without a network your answer is kept and sent when the network is back.", error: "It could not be checked: ", outside: "This question can only be answered on the learning site." }
  );

  /**
   * A check question {id, question, options: [text]}: answered until it is right. In our player the server knows the answer; a file for
   * other players holds it (`answer`: the number of an option, `feedback`).
   * `before` is {response, feedback} of the right answer that was given before; `onAnswer(right, response, feedback)` hears every try,
   * and `onAsk(response)` that the server is asked: without a network it may answer much later. `onFail(error)` hears that it did not judge.
   * Has `wait(response)`, for a check that is drawn while the server is asked, and then `settle(found, error)`.
   */
  function Check(check, before, onAnswer, onAsk, onFail) {
    var options = check.options.map(function (text, index) { return { id: String(index), text: text }; });
    var drawn = Q.choices(check.question, options, false, before ? [before.response] : []);
    var said = Q.el("p", { class: "th-said", role: "status" });
    var button = Q.el("button", { type: "button", class: "th-button", onclick: answer }, W("check"));
    this.done = Boolean(before);
    this.root = Q.el("section", { class: "th-check" }, drawn.root, button, said);
    var self = this;
    var asking = false;
    if (before) finish(before.feedback);

    function answer() {
      if (asking) return;
      var chosen = drawn.chosen()[0];
      if (chosen === undefined) return say(W("choose"), "");
      if (check.answer !== undefined) return judged(chosen === String(check.answer), chosen, check.feedback || "");
      if (!TH.submitAnswers) return say(W("outside"), "");
      rest(true);
      say(W("sending"), "");
      if (onAsk) onAsk(chosen);
      judge(check, chosen).then(function (found) {
        rest(false);
        judged(found.right, chosen, found.feedback);
      }, function (error) {
        self.settle(null, error);
        if (onFail) onFail(error);
      });
    }

    this.wait = function (response) {
      drawn.inputs.forEach(function (input) { input.checked = input.value === response; });
      rest(true);
      say(W("sending"), "");
    };

    this.settle = function (found, error) {
      if (!asking) return;
      rest(false);
      if (error) say(W("error") + error.message, "");
      else if (found.right) finish(found.feedback);
      else say(W("wrong"), "wrong");
    };

    function judged(right, chosen, feedback) {
      if (right) finish(feedback);
      else say(W("wrong"), "wrong");
      onAnswer(right, chosen, feedback);
    }

    /** While the server is asked nothing can be chosen. */
    function rest(now) {
      asking = now;
      drawn.inputs.forEach(function (input) { input.disabled = now; });
      button.setAttribute("aria-disabled", String(now)); // not disabled: it would lose the focus
    }

    function finish(feedback) {
      self.done = true;
      drawn.inputs.forEach(function (input) { input.disabled = true; });
      button.hidden = true;
      say(W("right") + (feedback ? " " + feedback : ""), "right");
    }

    function say(text, state) {
      said.textContent = text;
      self.root.dataset.state = state;
    }
  }

  /** Ask the server whether an answer to a check question is right: {right, feedback}. */
  function judge(check, chosen) {
    var given = {};
    given[check.id] = [chosen];
    return TH.submitAnswers(given).then(function (grade) {
      var item = grade.items.find(function (one) { return one.id === check.id; });
      var right = Boolean(item && item.correct);
      return { right: right, feedback: (right && item.feedback[(TH.locale || "zh").slice(0, 2) === "zh" ? "zh" : "en"]) || "" };
    });
  }

  /** Whether an answer that this device kept as right counts: the site may not have judged it, or asks another question by now. */
  function isChecked(id) {
    var checked = TH.settings && TH.settings.checked; // what the site has judged right; nothing where the content alone decides
    return !checked || checked.indexOf(id) >= 0;
  }

  /** Send an `answered` statement about one check question. */
  function answered(instance, check, right, response) {
    var event = instance.createXAPIEventTemplate("answered");
    var statement = event.data.statement;
    statement.object.id = statement.object.id.split("?subContentId=")[0] + "?subContentId=" + encodeURIComponent(check.id);
    statement.object.definition = {
      type: "http://adlnet.gov/expapi/activities/cmi.interaction",
      interactionType: "choice",
      description: { "zh-CN": check.question },
      choices: check.options.map(function (text, index) { return { id: String(index), description: { "zh-CN": text } }; }),
    };
    if (check.answer !== undefined || right) statement.object.definition.correctResponsesPattern = [check.answer === undefined ? response : String(check.answer)];
    statement.result = { success: right, response: response, score: { raw: right ? 1 : 0, min: 0, max: 1, scaled: right ? 1 : 0 } };
    instance.trigger(event);
  }

  Q.Check = Check;
  Q.isChecked = isChecked;
  Q.judge = judge;
  Q.answered = answered;
  return Q;
})(TH.Question);
