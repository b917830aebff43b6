// Reading: pages of text with check questions. Completed when every page was opened and every check answered rightly.
var TH = (window.TH = window.TH || {}); // our player's frame, or nothing but these types

TH.Reading = (function (Q) {
  "use strict";
  var el = Q.el;
  var W = Q.words(
    { contents: "本篇目录", read: "已读", question: "有思考题", unopened: "未读", table: "表格", next: "下一页", back: "上一页", page: "第 {n} 页，共 {all} 页", openAt: "第 {n} 页还有思考题没有答对", unseen: "第 {n} 页还没有打开", done: "本篇已读完，思考题全部答对。", readAll: "本篇已读完。" },
    { contents: "Pages of this reading", read: "read", question: "open question", unopened: "not read", table: "Table", next: "Next page", back: "Previous page", page: "Page {n} of {all}", openAt: "A question on page {n} is still open", unseen: "Page {n} is not opened yet", done: "You have read it all and answered every question.", readAll: "You have read it all." }
  );

  var LONGEST_FEEDBACK = 10000; // characters of explanations in the state, which may have 64 kB: the newest stay

  function Reading(params, contentId, extras) {
    H5P.EventDispatcher.call(this);
    var self = this;
    var before = (extras && extras.previousState) || {};
    var pages = params.pages;
    var at = Math.min(before.page || 0, pages.length - 1);
    var seen = new Set((before.seen || []).filter(function (index) { return index < pages.length; })); // a newer version may be shorter
    var given = before.given || {}; // the right answer to each check that is done
    var done = new Set((before.done || []).concat(Object.keys(given)).filter(Q.isChecked));
    var feedback = new Map(before.feedback || []);
    var asked = before.asked || {}; // answers that the server has not judged yet
    var flying = new Set(); // checks that the server is being asked about
    var shown = {}; // the checks of the page that is open
    var completed = Boolean(before.completed) && !pages.some(isOpen);
    var root, box, place, back, next, state, contents;

    this.attach = function ($container) {
      box = el("article", { class: "th-page", tabindex: "-1" });
      place = el("p", { class: "th-note", role: "status" });
      state = el("div", { class: "th-todo", role: "status" });
      contents = pages.length > 1 ? el("details", { class: "th-contents" }, el("summary", {}, W("contents")), el("ol")) : null;
      back = el("button", { type: "button", class: "th-button th-quiet", onclick: function () { turn(at - 1); } }, W("back"));
      next = el("button", { type: "button", class: "th-button", onclick: function () { turn(at + 1); } }, W("next"));
      root = el("div", { class: "th-content th-reading" }, el("progress", { class: "th-bar", max: pages.length, value: 0, "aria-label": W("page").replace("{n}", "").replace("{all}", pages.length) }), contents, box, el("div", { class: "th-actions" }, back, place, next), state);
      $container.append(root);
      self.setActivityStarted();
      show(false);
      askAgain();
    };

    function turn(to) {
      at = to;
      show(true);
      Q.show(root, box);
      keep();
    }

    /** The pages by their headings, each with its state; under the page that is open, the headings inside it. */
    function pageList() {
      if (!contents) return;
      contents.querySelector("ol").replaceChildren.apply(contents.querySelector("ol"), pages.map(function (page, index) {
        var words = !seen.has(index) ? W("unopened") : isOpen(page) ? W("question") : W("read");
        var heads = index === at ? Array.from(box.querySelectorAll(":scope > div:not(.th-check) h3")) : [];
        return el("li", {},
          el("button", { type: "button", "aria-current": index === at ? "page" : null, onclick: function () { contents.open = false; turn(index); } }, el("span", { lang: Q.languageOf(page.heading) }, page.heading), " ", el("small", {}, words)),
          heads.length ? el("ul", {}, heads.map(function (head) {
            return el("li", {}, el("button", { type: "button", lang: Q.languageOf(head.textContent), onclick: function () { contents.open = false; head.setAttribute("tabindex", "-1"); Q.show(head); } }, head.textContent));
          }).reduce(function (all, one) { all.append(one); return all; }, document.createDocumentFragment())) : null);
      }));
    }

    function show(turned) {
      var page = pages[at];
      var fresh = !seen.has(at);
      seen.add(at);
      box.replaceChildren(el("h2", { lang: Q.languageOf(page.heading) }, page.heading), page.blocks ? el("div", { lang: Q.languageOf(page.heading) }, blocks(page.blocks)) : el("div", { html: page.body, lang: Q.languageOf(page.heading) }));
      shown = {};
      (page.checks || []).forEach(function (check) { box.append(draw(check).root); });
      place.textContent = W("page").replace("{n}", at + 1).replace("{all}", pages.length);
      root.querySelector("progress").value = at + 1;
      back.disabled = at === 0;
      next.hidden = at === pages.length - 1;
      if (fresh && turned) progressed();
      update();
    }

    function draw(check) {
      var id = check.id;
      var before = done.has(id) ? { response: id in given ? given[id] : String(check.answer), feedback: feedback.has(id) ? feedback.get(id) : check.feedback } : null;
      var made = (shown[id] = new Q.Check(check, before, function (right, response, said) { take(check, right, response, said); }, function (response) {
        asked[id] = response;
        flying.add(id);
        keep();
      }, function (error) { fail(id, error); }));
      if (flying.has(id)) made.wait(asked[id]);
      return made;
    }

    function take(check, right, response, said) {
      flying.delete(check.id);
      delete asked[check.id];
      if (shown[check.id]) shown[check.id].settle({ right: right, feedback: said });
      if (done.has(check.id)) return;
      Q.answered(self, check, right, response);
      if (right) {
        done.add(check.id);
        given[check.id] = response;
        if (said) feedback.set(check.id, said);
        update();
      }
      keep();
    }

    function fail(id, error) {
      flying.delete(id);
      if (shown[id]) shown[id].settle(null, error);
    }

    /** Ask again what the server had not judged when the page was left. */
    function askAgain() {
      pages.forEach(function (page) {
        (page.checks || []).forEach(function (check) {
          if (asked[check.id] === undefined || done.has(check.id) || !TH.submitAnswers) return;
          var response = asked[check.id];
          flying.add(check.id);
          if (shown[check.id]) shown[check.id].wait(response);
          Q.judge(check, response).then(function (found) { take(check, found.right, response, found.feedback); }, function (error) { fail(check.id, error); });
        });
      });
    }

    /** The blocks of a page. Text is text; of a formula only MathML is taken, without what could run or lead elsewhere. */
    function blocks(list) {
      var all = document.createDocumentFragment();
      list.forEach(function (one) { all.append(BLOCKS[one.type] ? BLOCKS[one.type](one) : ""); });
      return all;
    }

    function withCaption(made, caption) {
      return el("figure", { class: "th-figure" }, made, caption ? el("figcaption", {}, caption) : null);
    }

    function formula(one) {
      var box = el("div", { class: "th-formula" });
      var math = one.mathml ? new DOMParser().parseFromString(one.mathml, "text/html").querySelector("math") : null;
      if (!math) return el("div", { class: "th-formula" }, el("code", {}, one.tex));
      [math].concat(Array.from(math.querySelectorAll("*"))).forEach(function (part) {
        if (part.namespaceURI !== "http://www.w3.org/1998/Math/MathML") part.remove();
        Array.from(part.attributes).forEach(function (attribute) {
          if (/^on|href|src|style/i.test(attribute.name)) part.removeAttribute(attribute.name);
        });
      });
      math.setAttribute("aria-label", one.tex);
      box.append(document.importNode(math, true));
      return box;
    }

    var BLOCKS = {
      heading: function (one) { return el("h3", {}, one.text); },
      paragraph: function (one) { return el("p", { class: "th-lines" }, one.text); },
      quote: function (one) { return el("blockquote", { class: "th-lines" }, one.text); },
      list: function (one) {
        var made = el(one.ordered ? "ol" : "ul");
        one.items.forEach(function (item) { made.append(el("li", {}, item)); });
        return made;
      },
      picture: function (one) { return withCaption(Q.picture(one.picture, contentId), one.caption); },
      table: function (one) {
        var made = el("table");
        one.rows.forEach(function (row, index) {
          var line = el("tr");
          row.forEach(function (cell) { line.append(one.header && index === 0 ? el("th", { scope: "col" }, cell) : el("td", {}, cell)); });
          made.append(line);
        });
        return el("div", { class: "th-table", tabindex: "0", role: "region", "aria-label": W("table") }, made);
      },
      formula: formula,
      film: function (one) {
        return withCaption(el("video", { class: "th-film", controls: true, playsinline: true, preload: "metadata", crossorigin: "anonymous", src: H5P.getPath(one.film.path, contentId) }), one.caption);
      },
    };

    function isOpen(page) {
      return (page.checks || []).some(function (check) { return !done.has(check.id); });
    }

    /** What is still to do, page by page, each with its way there: on the last page all of it, before that what was passed by. */
    function todo() {
      return pages.map(function (page, index) {
        var words = !seen.has(index) ? W("unseen") : isOpen(page) ? W("openAt") : "";
        if (!words || (index >= at && at < pages.length - 1)) return null;
        words = words.replace("{n}", index + 1);
        return index === at ? el("p", { class: "th-note" }, words) : el("button", { type: "button", class: "th-button th-quiet", onclick: function () { turn(index); } }, words);
      }).filter(Boolean);
    }

    function update() {
      pageList();
      var finished = seen.size === pages.length && !pages.some(isOpen);
      state.replaceChildren.apply(state, finished ? [el("p", { class: "th-note" }, W(pages.some(function (page) { return (page.checks || []).length; }) ? "done" : "readAll"))] : todo());
      if (finished && !completed) {
        completed = true;
        var event = self.createXAPIEventTemplate("completed");
        event.data.statement.result = { completion: true };
        self.trigger(event);
        keep();
      }
    }

    function progressed() {
      var event = self.createXAPIEventTemplate("progressed");
      event.data.statement.result = { extensions: { "https://w3id.org/xapi/cmi5/result/extensions/progress": Math.round((100 * seen.size) / pages.length) } };
      self.trigger(event);
    }

    function keep() {
      if (TH.saveSoon) TH.saveSoon();
    }

    /** The newest explanations, as many as the state has room for. */
    function someFeedback() {
      var room = LONGEST_FEEDBACK;
      return Array.from(feedback).reverse().filter(function (one) { return (room -= one[1].length) >= 0; }).reverse();
    }

    this.getCurrentState = function () {
      var only = Array.from(done).filter(function (id) { return !(id in given); });
      return { page: at, seen: Array.from(seen), done: only, given: given, feedback: someFeedback(), asked: asked, completed: completed };
    };
  }

  Reading.prototype = Object.create(H5P.EventDispatcher.prototype);
  Reading.prototype.constructor = Reading;
  return Reading;
})(TH.Question);
