// A question with options: what reading, quiz and video share. Plain form controls, so that keyboards and screen readers know them.
var TH = (window.TH = window.TH || {}); // our player's frame, or nothing but these types

TH.Question = (function () {
  "use strict";

  /** Make an element: el("p", {class: "x"}, "text", child …). Text is never taken for HTML. */
  function el(name, attributes) {
    var made = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) {
      if (key === "html") made.innerHTML = attributes.html;
      else if (key.slice(0, 2) === "on") made.addEventListener(key.slice(2), attributes[key]);
      else if (attributes[key] !== false && attributes[key] != null) made.setAttribute(key, attributes[key] === true ? "" : attributes[key]);
    });
    Array.prototype.slice.call(arguments, 2).forEach(function (child) {
      if (child != null) made.append(child);
    });
    return made;
  }

  /** Pick the words of the page's language. */
  function words(zh, en) {
    return function (key) {
      var locale = TH.locale || document.documentElement.lang || "zh-CN";
      return (locale.slice(0, 2) === "zh" ? zh : en)[key];
    };
  }

  var W = words(
    { check: "提交答案", right: "答对了。", wrong: "再想一想。", choose: "请先选择一个答案。" },
    { check: "Check", right: "Right.", wrong: "Not yet. Think again.", choose: "Choose an answer first." }
  );
  var count = 0;

  /** Say in which language a text is, where the page's own language is another: screen readers then read it in its own. */
  function languageOf(text) {
    var locale = (TH.locale || document.documentElement.lang || "zh-CN").slice(0, 2);
    var own = /[\u3400-\u9fff]/.test(String(text)) ? "zh" : "en";
    return own === locale || !/[A-Za-z]{2}|[\u3400-\u9fff]/.test(String(text)) ? null : own;
  }

  /** Draw options as radio buttons or check boxes; `chosen()` returns the ids. */
  function choices(legend, options, several, checked, onChange) {
    var name = "th-question-" + (count += 1);
    var inputs = options.map(function (option) {
      return el("input", { type: several ? "checkbox" : "radio", name: name, id: name + "-" + option.id, value: option.id, checked: checked.indexOf(option.id) >= 0, onchange: onChange });
    });
    var root = el("fieldset", { class: "th-question", lang: languageOf(legend) }, el("legend", {}, legend));
    options.forEach(function (option, index) {
      root.append(el("div", { class: "th-option" }, inputs[index], el("label", { for: name + "-" + option.id }, option.text)));
    });
    var open = null;
    return {
      root: root,
      inputs: inputs,
      /** Mark the question as not answered, in words and for screen readers; with "" the mark goes. */
      mark: function (words) {
        if (open) open.remove();
        open = words ? el("p", { class: "th-open", id: name + "-open", lang: languageOf(legend) ? TH.locale : null }, words) : null;
        if (open) root.querySelector("legend").after(open);
        root.toggleAttribute("data-open", Boolean(words));
        inputs.forEach(function (input) { words ? input.setAttribute("aria-describedby", name + "-open") : input.removeAttribute("aria-describedby"); });
      },
      chosen: function () {
        return inputs.filter(function (input) { return input.checked; }).map(function (input) { return input.value; });
      },
    };
  }

  /**
   * A check question {id, question, options: [text], answer: number, feedback}: answered until it is right.
   * `onAnswer(right, response)` hears every try.
   */
  function Check(check, done, onAnswer) {
    var options = check.options.map(function (text, index) { return { id: String(index), text: text }; });
    var drawn = choices(check.question, options, false, done ? [String(check.answer)] : []);
    var said = el("p", { class: "th-said", role: "status" });
    var button = el("button", { type: "button", class: "th-button", onclick: answer }, W("check"));
    this.done = done;
    this.root = el("section", { class: "th-check" }, drawn.root, button, said);
    var self = this;
    if (done) finish();

    function answer() {
      var chosen = drawn.chosen();
      if (!chosen.length) return say(W("choose"), "");
      var right = chosen[0] === String(check.answer);
      if (right) finish();
      else say(W("wrong"), "wrong");
      onAnswer(right, chosen[0]);
    }

    function finish() {
      self.done = true;
      drawn.inputs.forEach(function (input) { input.disabled = true; });
      button.hidden = true;
      say(W("right") + (check.feedback ? " " + check.feedback : ""), "right");
    }

    function say(text, state) {
      said.textContent = text;
      self.root.dataset.state = state;
    }
  }

  /** The part of an `answered` statement that speaks of one check question. */
  function answered(instance, check, right, response) {
    var event = instance.createXAPIEventTemplate("answered");
    var statement = event.data.statement;
    statement.object.id = statement.object.id.split("?subContentId=")[0] + "?subContentId=" + encodeURIComponent(check.id);
    statement.object.definition = {
      type: "http://adlnet.gov/expapi/activities/cmi.interaction",
      interactionType: "choice",
      description: { "zh-CN": check.question },
      choices: check.options.map(function (text, index) { return { id: String(index), description: { "zh-CN": text } }; }),
      correctResponsesPattern: [String(check.answer)],
    };
    statement.result = { success: right, response: response, score: { raw: right ? 1 : 0, min: 0, max: 1, scaled: right ? 1 : 0 } };
    instance.trigger(event);
  }

  /** Move the focus to something and bring it into sight: the frame is as high as its content, so it is the page that scrolls. */
  function show(element, focus) {
    (focus || element).focus({ preventScroll: true });
    if (TH.sight) TH.sight(element);
    else element.scrollIntoView({ block: "start" });
  }

  return { el: el, words: words, languageOf: languageOf, choices: choices, Check: Check, answered: answered, show: show };
})();
