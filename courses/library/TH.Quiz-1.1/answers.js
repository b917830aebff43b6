// In other H5P players the content of a quiz has its answers: this makes of it what our server makes, and grades it as our server does.
var TH = (window.TH = window.TH || {});

TH.QuizAnswers = (function () {
  "use strict";
  var WORDS = { zh: ["对", "错"], en: ["True", "False"] };

  function mixed(list) {
    var copy = list.slice();
    for (var n = copy.length - 1; n > 0; n -= 1) {
      var other = Math.floor(Math.random() * (n + 1));
      var kept = copy[n];
      copy[n] = copy[other];
      copy[other] = kept;
    }
    return copy;
  }

  function numbered(texts, letter) {
    return texts.map(function (text, index) { return { id: letter + index, text: text }; });
  }

  /** Part a question with its answer into what is asked and what is right. */
  function part(question, locale) {
    var asked = { id: question.id, type: question.type, text: question.text, picture: question.picture };
    var key = { points: question.points || 1, feedback: question.feedback, tags: question.tags || [], type: question.type };
    if (question.type === "boolean") {
      asked.options = (WORDS[locale.slice(0, 2)] || WORDS.en).map(function (text, index) { return { id: String(index === 0), text: text }; });
      key.correct = [String(question.answer)];
    } else if (question.type === "fill") {
      asked.blanks = question.blanks.length;
      key.accept = question.blanks;
      key.sameCase = question.case;
    } else if (question.type === "order") {
      var steps = numbered(question.steps, "s");
      asked.options = mixed(steps);
      key.correct = steps.map(function (one) { return one.id; });
    } else if (question.type === "match") {
      asked.left = numbered(question.pairs.map(function (one) { return one.left; }), "l");
      asked.right = mixed(numbered(question.pairs.map(function (one) { return one.right; }).concat(question.extra || []), "r"));
      key.correct = question.pairs.map(function (_pair, index) { return "l" + index + "=r" + index; });
    } else {
      asked.options = question.options.map(function (one) { return { id: one.id, text: one.text }; });
      key.correct = question.options.filter(function (one) { return one.correct; }).map(function (one) { return one.id; });
    }
    return { asked: asked, key: key };
  }

  function comparable(text, sameCase) {
    var plain = text.normalize("NFKC").trim().replace(/\s+/g, " ");
    return sameCase ? plain : plain.toLowerCase();
  }

  function isRight(key, response) {
    if (key.type === "fill") {
      return response.length === key.accept.length && response.every(function (text, n) {
        return key.accept[n].some(function (one) { return comparable(one, key.sameCase) === comparable(text, key.sameCase); });
      });
    }
    if (key.type === "order") return response.join() === key.correct.join();
    return response.slice().sort().join() === key.correct.slice().sort().join();
  }

  /** Return {questions, draw(), grade(answers, drawn)} of a content with answers; null of one without. */
  return function (params, locale) {
    if (params.pass_percent == null) return null;
    var keys = {};
    var questions = params.questions.map(function (question) {
      var parts = part(question, locale);
      keys[question.id] = parts.key;
      return parts.asked;
    });
    return {
      questions: questions,
      draw: function () {
        if (!(params.draw || []).length) return null;
        var out = {};
        params.draw.forEach(function (one) {
          var tagged = mixed(params.questions.filter(function (question) { return (question.tags || []).indexOf(one.tag) >= 0; }));
          tagged.slice(one.count).forEach(function (question) { out[question.id] = true; });
        });
        return params.questions.map(function (question) { return question.id; }).filter(function (id) { return !out[id]; });
      },
      grade: function (answers, drawn) {
        var raw = 0, most = 0;
        var items = questions.filter(function (one) { return !drawn || drawn.indexOf(one.id) >= 0; }).map(function (one) {
          var key = keys[one.id], response = answers[one.id] || [], correct = isRight(key, response);
          most += key.points;
          raw += correct ? key.points : 0;
          return { id: one.id, correct: correct, response: response, feedback: (response.length && key.feedback) || { zh: "", en: "" } };
        });
        return { score_raw: raw, score_max: most, pass_percent: params.pass_percent, passed: raw * 100 >= params.pass_percent * most, items: items, left: null };
      },
    };
  };
})();
