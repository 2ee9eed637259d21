/* Replies to choose from by one press. */

// Milliseconds: a press so soon was meant for what stood there before.
const TOO_SOON = 600;

class Choices {
  /**
   * @param {function} t Reader of the portal's sentences.
   * @param {object} acts Called back: say(said, shown).
   */
  constructor(t, acts) {
    this.t = t;
    this.acts = acts;
    this.open = [];
  }

  clear() {
    this.open = [];
  }

  /**
   * Returns what can be answered by one press.
   *
   * @param {Array} buttons What there is to choose from.
   * @param {string} id The message whose answer offers it.
   * @param {object} how `question`, what is asked; `fresh`, whether it appears just now;
   *   `since`, what was said after it: then it is only to read.
   */
  group(buttons, id, { question, fresh, since }) {
    const number = buttons.length;
    const count = this.t(number > 1 ? "choices_many" : "choices_one", { n: number });
    const name = question || count;
    if (since !== undefined) {
      return this.past(buttons, name, question, since);
    }
    const shown = fresh ? performance.now() : -Infinity;
    const group = el("div", { class: "choices", role: "group", "aria-label": name });
    group.append(question ? el("p", null, question) : spoken(count));
    buttons.forEach(({ title, payload, article }) => {
      const said = article ? { article } : { text: payload, offered_by: id || undefined };
      const pressed = (event) => {
        // A keyboard's press counts no clicks, and needs no time to aim.
        const soon = event.detail > 0 && performance.now() - shown < TOO_SOON;
        if (event.detail < 2 && !soon) {
          this.acts.say(said, title);
        }
      };
      group.append(button({ class: "choice" }, pressed, typeset(title)));
    });
    this.open.push((text) => group.replaceWith(this.past(buttons, name, question, text)));
    return group;
  }

  /** Leaves former choices to read: once something else was said they would answer that. */
  settle(text) {
    this.open.splice(0).forEach((close) => close(text));
  }

  past(buttons, name, question, text) {
    const list = el("ul", { class: "chosen-of", "aria-label": name });
    buttons.forEach(({ title }) => {
      const taken = title === text;
      list.append(
        el(
          "li",
          { class: taken && "chosen" },
          taken && icon("done"),
          typeset(title),
          taken && spoken(" (" + this.t("chosen") + ")")
        )
      );
    });
    return el("div", { class: "choices" }, question && el("p", null, question), list);
  }
}
