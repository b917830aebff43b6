// Questions: what reading, quiz, video and reflection share; check.js adds the check questions of readings and videos.
// Plain form controls, so that keyboards and screen readers know them.
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
    { blank: "第 {n} 空", up: "上移", down: "下移", keep: "就按这个顺序", pick: "请选择", place: "第 {n} 位" },
    { blank: "Blank {n}", up: "Move up", down: "Move down", keep: "This order is right", pick: "Choose", place: "Place {n}" }
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
    return {
      root: root,
      inputs: inputs,
      mark: marker(root, name, legend, inputs),
      chosen: function () {
        return inputs.filter(function (input) { return input.checked; }).map(function (input) { return input.value; });
      },
    };
  }

  /** Return what marks a question as not answered, in words and for screen readers; with "" the mark goes. */
  function marker(root, name, text, inputs) {
    var open = null;
    return function (words) {
      if (open) open.remove();
      open = words ? el("p", { class: "th-open", id: name + "-open", lang: languageOf(text) ? TH.locale : null }, words) : null;
      if (open) root.querySelector("legend").after(open);
      root.toggleAttribute("data-open", Boolean(words));
      inputs.forEach(function (input) { words ? input.setAttribute("aria-describedby", name + "-open") : input.removeAttribute("aria-describedby"); });
    };
  }

  /** What every kind of question can do: be marked as not answered. */
  function frameOf(question, number, picture) {
    var name = "th-question-" + (count += 1);
    var root = el("fieldset", { class: "th-question", lang: languageOf(question.text) }, el("legend", {}, (number ? number + ". " : "") + question.text), picture);
    var inputs = [];
    return { name: name, root: root, inputs: inputs, mark: marker(root, name, question.text, inputs) };
  }

  /** Blanks to fill in: {blanks: number}; the answer is the text of each. */
  function fill(drawn, question, before, onChange) {
    for (var n = 0; n < question.blanks; n += 1) {
      var input = el("input", { type: "text", id: drawn.name + "-" + n, maxlength: 200, value: before[n] || "", autocomplete: "off", autocapitalize: "off", spellcheck: "false", class: "th-line", oninput: onChange, "aria-label": question.blanks === 1 ? question.text : null });
      drawn.inputs.push(input);
      drawn.root.append(el("p", { class: "th-blank" }, question.blanks === 1 ? null : el("label", { for: input.id }, W("blank").replace("{n}", n + 1)), input));
    }
    drawn.chosen = function () {
      var texts = drawn.inputs.map(function (one) { return one.value; });
      return texts.some(function (text) { return text.trim(); }) ? texts : [];
    };
    drawn.complete = function () { return drawn.inputs.every(function (one) { return one.value.trim(); }); };
  }

  /** Steps to put into order with buttons: {options}; the answer is their ids in order, once somebody has touched them. */
  function order(drawn, question, before, onChange) {
    var touched = before.length === question.options.length;
    var steps = touched ? before.map(function (id) { return question.options.find(function (one) { return one.id === id; }); }).filter(Boolean) : question.options.slice();
    if (steps.length !== question.options.length) { steps = question.options.slice(); touched = false; }
    var list = el("ol", { class: "th-steps" });
    var said = el("p", { class: "th-said", role: "status" });
    var keep = el("button", { type: "button", class: "th-button th-quiet", hidden: touched, onclick: function () { touch(); } }, W("keep"));
    drawn.root.append(list, keep, said);
    paint();

    function paint() {
      drawn.inputs.length = 0;
      list.replaceChildren.apply(list, steps.map(function (step, index) {
        var up = el("button", { type: "button", class: "th-move", "aria-label": W("up") + ": " + step.text, disabled: index === 0, onclick: function () { move(index, index - 1, "up"); } }, "↑");
        var down = el("button", { type: "button", class: "th-move", "aria-label": W("down") + ": " + step.text, disabled: index === steps.length - 1, onclick: function () { move(index, index + 1, "down"); } }, "↓");
        drawn.inputs.push(up, down);
        return el("li", {}, el("span", { class: "th-step" }, step.text), up, down);
      }));
    }
    function move(from, to, way) {
      var step = steps.splice(from, 1)[0];
      steps.splice(to, 0, step);
      paint();
      var buttons = list.children[to].querySelectorAll("button");
      var wanted = buttons[way === "up" ? 0 : 1];
      (wanted.disabled ? buttons[way === "up" ? 1 : 0] : wanted).focus();
      said.textContent = step.text + ": " + W("place").replace("{n}", to + 1);
      touch();
    }
    function touch() {
      if (!touched && document.activeElement === keep) drawn.inputs[1].focus();
      touched = true;
      keep.hidden = true;
      onChange();
    }
    drawn.chosen = function () { return touched ? steps.map(function (step) { return step.id; }) : []; };
    drawn.complete = function () { return touched; };
  }

  /** Two sides to put together: {left, right}; the answer is left=right of each pair. */
  function match(drawn, question, before, onChange) {
    question.left.forEach(function (left) {
      var was = before.map(function (pair) { return pair.split("="); }).find(function (pair) { return pair[0] === left.id; });
      var input = el("select", { id: drawn.name + "-" + left.id, class: "th-line", onchange: onChange }, el("option", { value: "" }, W("pick")));
      question.right.forEach(function (right) { input.append(el("option", { value: right.id, selected: Boolean(was) && was[1] === right.id }, right.text)); });
      input.dataset.left = left.id;
      drawn.inputs.push(input);
      drawn.root.append(el("p", { class: "th-pair" }, el("label", { for: input.id }, left.text), input));
    });
    drawn.chosen = function () {
      return drawn.inputs.filter(function (one) { return one.value; }).map(function (one) { return one.dataset.left + "=" + one.value; });
    };
    drawn.complete = function () { return drawn.inputs.every(function (one) { return one.value; }); };
  }

  var KINDS = { fill: fill, order: order, match: match };

  /**
   * Draw a question of any type; `before` is the earlier answer, `picture` an element or null.
   * `chosen()` returns the answer as the server takes it, `complete()` says whether nothing of it is missing.
   */
  function ask(question, number, before, picture, onChange) {
    if (KINDS[question.type]) {
      var drawn = frameOf(question, number, picture);
      KINDS[question.type](drawn, question, before, onChange);
      return drawn;
    }
    var made = choices((number ? number + ". " : "") + question.text, question.options, question.type === "multiple", before, onChange);
    if (picture) made.root.querySelector("legend").after(picture);
    made.complete = function () { return made.chosen().length > 0; };
    return made;
  }

  /** The answer to a question in words. */
  function inWords(question, response) {
    function text(options, id) {
      var found = options.find(function (one) { return one.id === id; });
      return found ? found.text : "";
    }
    if (question.type === "fill") return response.join("；");
    if (question.type === "order") return response.map(function (id) { return text(question.options, id); }).join(" → ");
    if (question.type === "match") {
      return response.map(function (pair) { var ids = pair.split("="); return text(question.left, ids[0]) + " — " + text(question.right, ids[1]); }).join("；");
    }
    return question.options.filter(function (option) { return response.indexOf(option.id) >= 0; }).map(function (option) { return option.text; }).join("；");
  }

  /** A picture of the content, or null. */
  function picture(value, contentId) {
    return value ? el("img", { class: "th-picture", src: H5P.getPath(value.path, contentId), alt: value.alt || "", loading: "lazy" }) : null;
  }

  /** Move the focus to something and bring it into sight: the frame is as high as its content, so it is the page that scrolls. */
  function show(element, focus) {
    (focus || element).focus({ preventScroll: true });
    if (TH.sight) TH.sight(element);
    else element.scrollIntoView({ block: "start" });
  }

  return { el: el, words: words, languageOf: languageOf, choices: choices, ask: ask, inWords: inWords, picture: picture, show: show };
})();
