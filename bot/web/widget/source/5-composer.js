/* Writing: a field that grows, counts, cuts what is too long, and warns of passwords. */

const NEARLY_FULL = 200;
const COMPOSING = 229;
const NAMED_SECRET = /(?:mots? de passe|mdp|password|passwd|pwd)\s*(?:est|c['’]est|[:=]|->)\s*(\S{4,})/i;
const SIGN = /[!$%&*#?+=;]/;

/** Tells whether a text seems to hold a password; a guess, so it only warns. */
function holdsSecret(text) {
  const named = NAMED_SECRET.exec(text);
  if (named && /[\d!$%&*#?@+=]/.test(named[1])) {
    return true;
  }
  return text
    .split(/\s+/)
    .some(
      (word) =>
        word.length >= 8 &&
        word.length <= 64 &&
        SIGN.test(word) &&
        /[a-zà-ÿ]/.test(word) &&
        /[A-Z]/.test(word) &&
        /\d/.test(word) &&
        !/^(https?:|www\.)/i.test(word)
    );
}

class Composer {
  /**
   * @param {function} t Reader of the portal's sentences.
   * @param {number} most Characters of one message.
   * @param {object} acts Called back: send(text), warn(sentence), changed(text).
   */
  constructor(t, most, acts) {
    this.t = t;
    this.most = most;
    this.acts = acts;
    this.warned = "";
    this.input = el("textarea", {
      id: "message", rows: "1", autocomplete: "off", enterkeyhint: "send",
      "aria-describedby": "hint", placeholder: t("placeholder"),
    });
    this.hint = el("p", { class: "hint", id: "hint" }, t("hint"));
    this.node = el(
      "form",
      { class: "composer", id: "composer" },
      el("label", { for: "message" }, t("label")),
      el(
        "div",
        { class: "row" },
        this.input,
        el("button", { class: "send" }, icon("send"), spoken(t("send")))
      )
    );
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("input", () => this.check());
    this.input.addEventListener("keydown", (event) => {
      // Safari ends a composition before the Enter that ended it arrives, and tells by this code.
      const composing = event.isComposing || event.keyCode === COMPOSING;
      if (event.key === "Enter" && !event.shiftKey && !composing) {
        event.preventDefault();
        this.submit();
      }
    });
  }

  submit() {
    const text = this.input.value.trim();
    this.input.focus();
    if (text) {
      this.fill("");
      this.acts.send(text);
    }
  }

  fill(text) {
    this.input.value = text;
    this.check();
  }

  check() {
    const { input, most, t } = this;
    let warning = "";
    if (input.value.length > most) {
      input.value = input.value.slice(0, most);
      warning = t("cut", { n: most });
    } else if (holdsSecret(input.value)) {
      warning = t("password");
    }
    // The same warning once more with every key would be read out every time.
    if (warning !== this.warned) {
      this.warned = warning;
      this.acts.warn(warning);
    }
    input.style.height = "auto";
    input.style.height = input.scrollHeight + 2 + "px";
    const left = most - input.value.length;
    const nearlyFull = left <= NEARLY_FULL;
    this.hint.textContent = nearlyFull ? t("left", { n: left }) : t("hint");
    this.hint.classList.toggle("needed", nearlyFull);
    this.acts.changed(input.value);
  }
}
